import { randomBytes } from 'node:crypto';
import { askHttp, HttpError, httpStatusTrouble, type HttpQuestion } from '../http.ts';
import { all, parseXml, textAt, type Element } from '../xml.ts';
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
 * Hikvision's own interface, ISAPI. It writes a `Z` behind its times and means its own zone, in searches and in addresses
 * alike, so the zone is asked first.
 * Sources: hikvision_next issues 223 and 352 (search and its answer), RaCM guide, addresses as seen in the field.
 */
export function hikvisionRecorder(target: RecorderTarget): Recorder {
  const track = target.channel * 100 + 1;
  let zone: number | null = null;

  async function ask(question: HttpQuestion): Promise<Element> {
    const { http: origin, timeoutMs, user, password } = target;
    const who = user === undefined ? {} : { user, password: password ?? '' };
    const { status, body } = await askHttp({ origin, timeoutMs, ...who }, question);
    if (status !== 200)
      throw new HttpError(httpStatusTrouble(status), `ISAPI answered ${question.path} with ${status}`);
    const answer = parseXml(body);
    if (!answer) throw new HttpError('nonsense', `ISAPI answered ${question.path} with something else than XML`);
    return answer;
  }

  /** `2026-11-23T09:00:00+08:00`; without a zone its zone is `CST-8:00:00`, else this machine's. */
  async function clock(): Promise<{ readonly at: number; readonly asked: number }> {
    const before = Date.now();
    const answer = await ask({ method: 'GET', path: '/ISAPI/System/time' });
    const asked = (before + Date.now()) / 2;
    const text = textAt(answer, 'localTime') ?? '';
    const [, local = '', sign, hours = '', minutes = ''] =
      /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:([+-])(\d\d):?(\d\d))?/.exec(text) ?? [];
    const [, west, named = ''] = /^[A-Z]+([+-]?)(\d{1,2})/.exec(textAt(answer, 'timeZone') ?? '') ?? [];
    if (sign !== undefined) zone = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    // POSIX counts westward.
    else zone = named === '' ? ownOffsetMinutes(asked) : (west === '-' ? 1 : -1) * Number(named) * 60;
    return { at: Date.parse(`${local}Z`) - zone * 60_000, asked };
  }

  async function zoneMinutes(): Promise<number> {
    if (zone === null) await clock();
    return zone ?? ownOffsetMinutes(Date.now());
  }

  return {
    word: 'hikvision',
    async clockOffsetMs() {
      const { at, asked } = await clock();
      return Number.isNaN(at) ? null : at + 500 - asked;
    },
    async segments(from, to) {
      const minutes = await zoneMinutes();
      const time = (ms: number): string => `${partsAt(ms, minutes).join('T')}Z`;
      const found: Segment[] = [];
      for (let page = 0; page < MOST_PAGES; page++) {
        const answer = await ask({
          method: 'POST',
          path: '/ISAPI/ContentMgmt/search',
          body: searchOf(track, time(from), time(to), found.length),
        });
        const items = all(answer, 'searchMatchItem').flatMap((item) => {
          const at = (name: string): number =>
            Date.parse(`${(textAt(item, 'timeSpan', name) ?? '').slice(0, 19)}Z`) - minutes * 60_000;
          const segment = { from: at('startTime'), to: at('endTime') };
          return Number.isNaN(segment.from) || Number.isNaN(segment.to) ? [] : [segment];
        });
        found.push(...items);
        if (items.length === 0 || textAt(answer, 'responseStatusStrg') !== 'MORE') break;
      }
      return found;
    },
    async playback(from, to) {
      const minutes = await zoneMinutes();
      const time = (ms: number): string => `${partsAt(ms, minutes).join('T').replace(/[-:]/g, '')}Z`;
      return {
        url: `${rtspOrigin(target.rtsp)}/Streaming/tracks/${track}?starttime=${time(from)}&endtime=${time(to)}`,
      };
    },
  };
}

function searchOf(track: number, from: string, to: string, position: number): string {
  const id = randomBytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `<?xml version="1.0" encoding="UTF-8"?><CMSearchDescription><searchID>${id}</searchID><trackIDList><trackID>${track}</trackID></trackIDList><timeSpanList><timeSpan><startTime>${from}</startTime><endTime>${to}</endTime></timeSpan></timeSpanList><maxResults>40</maxResults><searchResultPostion>${position}</searchResultPostion><metadataList><metadataDescriptor>//recordType.meta.std-cgi.com</metadataDescriptor></metadataList></CMSearchDescription>`;
}
