import { askHttp, HttpError, httpStatusTrouble } from '../http.ts';
import {
  MOST_PAGES,
  ownOffsetMinutes,
  partsAt,
  rtspOrigin,
  type Recorder,
  type RecorderTarget,
  type Segment,
} from './recorder.ts';

/**
 * Dahua's own interface: CGI whose answers are lines of `name=value`. Its times are those of its wall, without a zone; the
 * zone is worked out from its clock, which is off by a quarter of an hour at most.
 * As commonly documented for media files and time; not verified on a device, nor against the maker's own text.
 */
export function dahuaRecorder(target: RecorderTarget): Recorder {
  const { http: origin, timeoutMs, user, password, channel } = target;

  async function ask(path: string): Promise<ReadonlyMap<string, string>> {
    const who = user === undefined ? {} : { user, password: password ?? '' };
    const { status, body } = await askHttp({ origin, timeoutMs, ...who }, { method: 'GET', path: `/cgi-bin/${path}` });
    // An empty search is answered with an error by some.
    if (status === 400 && /^Error/i.test(body)) return new Map();
    if (status !== 200)
      throw new HttpError(httpStatusTrouble(status), `CGI answered ${path.split('?')[0]} with ${status}`);
    return new Map(
      body.split(/\r?\n/).flatMap((line) => {
        const equals = line.indexOf('=');
        return equals < 1 ? [] : [[line.slice(0, equals).trim(), line.slice(equals + 1).trim()] as const];
      }),
    );
  }

  async function wall(): Promise<{ readonly at: number; readonly asked: number }> {
    const before = Date.now();
    const answer = await ask('global.cgi?action=getCurrentTime');
    return { at: wallTime(answer.get('result') ?? ''), asked: (before + Date.now()) / 2 };
  }

  async function zoneMinutes(): Promise<number> {
    const { at, asked } = await wall();
    return Number.isNaN(at) ? ownOffsetMinutes(asked) : Math.round((at - asked) / 900_000) * 15;
  }

  async function find(object: string, from: number, to: number): Promise<readonly Segment[]> {
    const minutes = await zoneMinutes();
    const time = (ms: number): string => encodeURIComponent(partsAt(ms, minutes).join(' '));
    const found: Segment[] = [];
    await ask(
      `mediaFileFind.cgi?action=findFile&object=${object}&condition.Channel=${channel}&condition.StartTime=${time(from)}&condition.EndTime=${time(to)}&condition.Types[0]=dav`,
    );
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await ask(`mediaFileFind.cgi?action=findNextFile&object=${object}&count=100`);
      const count = Math.min(100, Number(answer.get('found') ?? 0));
      for (let index = 0; index < count; index++) {
        const at = (name: string): number => wallTime(answer.get(`items[${index}].${name}`) ?? '') - minutes * 60_000;
        const segment = { from: at('StartTime'), to: at('EndTime') };
        if (!Number.isNaN(segment.from) && !Number.isNaN(segment.to)) found.push(segment);
      }
      if (count < 100) break;
    }
    return found;
  }

  return {
    word: 'dahua',
    async clockOffsetMs() {
      const { at, asked } = await wall();
      if (Number.isNaN(at)) return null;
      const off = at + 500 - asked;
      return off - Math.round(off / 900_000) * 900_000;
    },
    async segments(from, to) {
      const object = (await ask('mediaFileFind.cgi?action=factory.create')).get('result') ?? '';
      if (!/^\w{1,40}$/.test(object)) throw new HttpError('unsupported', 'CGI gives no search');
      try {
        return await find(object, from, to);
      } finally {
        // It has few of them; what is not given back is missed by the next one.
        for (const act of ['close', 'destroy'])
          await ask(`mediaFileFind.cgi?action=${act}&object=${object}`).catch(() => undefined);
      }
    },
    async playback(from, to) {
      const minutes = await zoneMinutes();
      const time = (ms: number): string => partsAt(ms, minutes).join('_').replace(/[-:]/g, '_');
      return {
        url: `${rtspOrigin(target.rtsp)}/cam/playback?channel=${channel}&starttime=${time(from)}&endtime=${time(to)}`,
      };
    },
  };
}

/** `2026-11-23 9:00:00` as if it were UTC. */
function wallTime(text: string): number {
  const [, ...parts] = /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(text) ?? [];
  const [year = Number.NaN, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
