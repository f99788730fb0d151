import { nutAvailable, startUpsd } from '../fixtures/nut.ts';
import { until } from './field.ts';
import { openPage, type Page } from './page.ts';
import { spreadOf, type Row } from './row.ts';
import { watchStatus } from './upsd.ts';

const ROUNDS = 20;
const INCIDENT_LIMIT_MS = 10_000;

/** A real upsd and driver, the real agent of the collector's own computer, and a page. */
export const row: Row = {
  name: 'mains',
  about: 'the mains fail at a real upsd: from the first GET VAR that answers OB to the incident on a page',
  limitSeconds: 180,
  cannot: () => (nutAvailable() ? null : 'there is no upsd here (Debian: nut-server)'),
  async run({ quick, field, note }) {
    const upsd = await startUpsd({ ups: ['exam'] });
    field.own(() => upsd.stop());
    const settings = `devices:\n  - { id: ups-1, kind: ups, room: A, url: "${upsd.url()}" }\n`;
    const collector = await field.collector({ command: 'up', settings });
    await until('the mains to hold', 30_000, async () => {
      const { verdicts } = await collector.get<{ verdicts: { state: string }[] }>('/verdicts?rule=mains&subject=ups-1');
      return verdicts[0]?.state === 'holds';
    });
    const page = await openPage(collector.url);
    field.own(page.close);
    const status = await watchStatus(field, upsd.port);
    const found: number[] = [];
    for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
      const failed = status.first('OB');
      const incident = incidentThat(page, 'opened');
      await upsd.set('ups.status', 'OB DISCHRG');
      found.push((await incident) - (await failed));
      const ended = incidentThat(page, 'closed');
      await upsd.set('ups.status', 'OL CHRG');
      await ended;
    }
    note(found.map((ms) => ms.toFixed(0)).join(' '));
    return [
      {
        what: { en: 'mains fail at upsd → incident on a page', zh: 'upsd 市电中断 → 页面上的事件' },
        unit: 'ms',
        ours: spreadOf(found),
        bars: [
          { of: 'median', is: '≤', value: 500 },
          { of: 'worst', is: '≤', value: 1500 },
        ],
      },
    ];
  },
};

/** Resolves with the moment at which the page is told of it. */
function incidentThat(page: Page, change: 'opened' | 'closed'): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no incident of rule mains ${change}`)), INCIDENT_LIMIT_MS);
    page.onHeard = ({ at, changed }) => {
      const found = changed.incidents.find(({ rule }) => rule === 'mains');
      if (!found || (change === 'opened') !== (found.closedAt === null)) return;
      clearTimeout(timer);
      resolve(at);
    };
  });
}
