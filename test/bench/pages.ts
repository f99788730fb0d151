import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { classicAvailable, startClassic, type Times } from './classic.ts';
import { sleep, until } from './field.ts';
import { openHook, type Hook } from './hook.ts';
import { ratios, spreadOf, type Row } from './row.ts';
import { watchStatus } from './upsd.ts';

/** What many sites have: Prometheus' and Alertmanager's own defaults, but for a quarter of the scrape interval. */
const CLASSIC: Times = { scrapeSeconds: 15, evalSeconds: 15, groupWaitSeconds: 10 };
const QUICK: Times = { scrapeSeconds: 1, evalSeconds: 1, groupWaitSeconds: 0 };
/** Of all rounds; each takes a minute or two until it is over in both. */
const CLASSIC_ROUNDS = 4;
const PAGE_LIMIT_MS = 15_000;
const CLASSIC_LIMIT_MS = 120_000;

/** A real upsd, the real agent of the collector's own computer, and a real HTTP receiver for each way. */
export const row: Row = {
  name: 'pages',
  about: 'the mains fail at a real upsd: from the first GET VAR that answers OB to the page at a webhook',
  limitSeconds: 900,
  cannot: () => (nutAvailable() ? classicAvailable() : 'there is no upsd here (Debian: nut-server)'),
  async run({ quick, rounds, field, note }) {
    const upsd = await startUpsd({ ups: ['exam'] });
    field.own(() => upsd.stop());
    const [ours, theirs] = [await openHook(field), await openHook(field)];
    const settings = [
      `devices: [{ id: ups-1, kind: ups, room: A, url: "${upsd.url()}" }]`,
      `paging: { channels: [{ id: hook, kind: webhook, url: "${ours.url}" }] }`,
      '',
    ].join('\n');
    const collector = await field.collector({ command: 'up', settings });
    await until('the mains to hold', 30_000, async () => {
      const { verdicts } = await collector.get<{ verdicts: { state: string }[] }>('/verdicts?rule=mains&subject=ups-1');
      return verdicts[0]?.state === 'holds';
    });
    const status = await watchStatus(field, upsd.port);
    const times = quick ? QUICK : CLASSIC;
    const classic = await startClassic(field, collector.url, theirs.url, times);

    /** From the first answer OB to the page; ends when the mains are back and the receivers know. */
    async function round(hooks: readonly Hook[]): Promise<number[]> {
      const failed = status.first('OB');
      const paged = hooks.map((hook, index) => hook.next(isBegin, index === 0 ? PAGE_LIMIT_MS : CLASSIC_LIMIT_MS));
      await upsd.set('ups.status', 'OB DISCHRG');
      const since = await failed;
      const took = (await Promise.all(paged)).map((at) => at - since);
      const over = hooks.map((hook, index) => hook.next(isEnd, index === 0 ? PAGE_LIMIT_MS : CLASSIC_LIMIT_MS));
      await upsd.set('ups.status', 'OL CHRG');
      await Promise.all(over);
      return took;
    }

    const found: number[] = [];
    const pairs: (readonly [ours: number, classic: number])[] = [];
    const all = quick ? 1 : rounds;
    for (let index = 0; index < Math.min(all, CLASSIC_ROUNDS); index += 1) {
      // The end of the last one came at a beat of Prometheus: rounds are spread over its interval.
      await sleep((index * times.scrapeSeconds * 1000) / CLASSIC_ROUNDS);
      const [mine = Number.NaN, other = Number.NaN] = await round([ours, theirs]);
      found.push(mine);
      pairs.push([mine, other]);
      note(`ours ${mine.toFixed(0)} ms, Prometheus and Alertmanager ${other.toFixed(0)} ms`);
    }
    await classic.stop();
    while (found.length < all) found.push(...(await round([ours])));
    note(found.map((ms) => ms.toFixed(0)).join(' '));
    const peers = pairs.map(([, other]) => other);
    const { length } = found;
    return [
      {
        what: {
          en: `mains fail at upsd → page at a webhook, ${length} rounds`,
          zh: `upsd 市电中断 → 通知送到 webhook，${length} 次`,
        },
        unit: 'ms',
        ours: spreadOf(found),
        peer: {
          who: {
            en: `Prometheus ${times.scrapeSeconds} s / ${times.evalSeconds} s and Alertmanager ${times.groupWaitSeconds} s, ${peers.length} of the rounds`,
            zh: `Prometheus ${times.scrapeSeconds} 秒 / ${times.evalSeconds} 秒加 Alertmanager ${times.groupWaitSeconds} 秒，其中 ${peers.length} 次`,
          },
          is: spreadOf(peers),
        },
        ratio: ratios(
          peers,
          pairs.map(([mine]) => mine),
        ),
        bars: [
          { of: 'median', is: '≤', value: 500 },
          { of: 'worst', is: '≤', value: 1500 },
        ],
      },
    ];
  },
};

/** Ours says `opened` and `resolved`, Alertmanager `firing` and `resolved`. */
const isBegin = (body: string): boolean => isOfMains(body) && /"(what|status)":\s*"(opened|firing)"/.test(body);
const isEnd = (body: string): boolean => isOfMains(body) && /"(what|status)":\s*"resolved"/.test(body);
const isOfMains = (body: string): boolean => /"rule":\s*"mains"/.test(body);
