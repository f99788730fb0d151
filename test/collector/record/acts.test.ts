import { expect, test } from 'vitest';
import type { EntryKind } from '../../../collector/history/history.ts';
import { administrator, collectorIn, temporaryFolder } from '../../fixtures/collector.ts';

const HOUR = 3_600_000;
const DEVICE = 'id: ups-1, kind: ups, url: "nut://127.0.0.1:1/exam", room: A';

/** A site whose record is looked at after each act. */
async function site(data: string, settings: string) {
  const collector = await collectorIn({ data, settings });
  const headers = await administrator(collector);
  await expect.poll(() => [...collector.desk.compliance.of('ups-1')].length).toBeGreaterThan(0);
  let seen = (await collector.desk.history.head()).n;
  return {
    collector,
    /** The answer, and what the record has more than before: kinds with what they say, without heads and what was judged. */
    did: async (url: string, payload: object) => {
      seen = (await collector.desk.history.head()).n;
      const answer = await collector.app.inject({ method: 'POST', url: `/api/v1/${url}`, headers, payload });
      expect(answer.statusCode, answer.body).toBeLessThan(300);
      const { rows } = await collector.desk.history.entries({ after: seen, limit: 1_000 });
      const beside: readonly EntryKind[] = ['head', 'verdict', 'incident', 'page', 'settings', 'key'];
      const told = rows.filter(({ kind }) => !beside.includes(kind)).map(({ kind, body }) => [kind, body['change']]);
      return { told, body: answer.body === '' ? null : answer.json() };
    },
  };
}

test('what people do at a site is one entry each: sessions, snapshots, statements, waivers, occurrences, and what is erased', async () => {
  const { did, collector } = await site(temporaryFolder(), `devices: [{ ${DEVICE} }]\n`);
  const now = Date.now();
  const exam = { kind: 'exam', title: { zh: '上午', en: 'Morning' }, rooms: ['A'], candidates: 40 };
  // The first look at a new site ends, and is frozen, when something is planned.
  await did('sessions', { ...exam, startsAt: now + 190 * HOUR, endsAt: now + 192 * HOUR });
  const frozen = () => collector.desk.history.entries({ kinds: ['snapshot'] });
  await expect.poll(async () => (await frozen()).rows.length).toBeGreaterThan(0);
  const planned = await did('sessions', { ...exam, startsAt: now + 20 * HOUR, endsAt: now + 22 * HOUR });
  expect(planned.told).toEqual([['session', 'planned']]);
  const { id } = planned.body;
  expect((await did('snapshots', { room: 'A' })).told).toEqual([['snapshot', undefined]]);
  const wish = { rule: 'mains', subject: 'ups-1', text: '配电图附后', files: [] };
  const attested = await did('attestations', { ...wish, items: [] });
  expect(attested.told).toEqual([['attestation', 'stated']]);
  expect((await did(`statements/${attested.body.id}/withdraw`, {})).told).toEqual([['attestation', 'withdrawn']]);
  const waived = await did('waivers', { ...wish, rule: 'os', subject: '*', validUntil: now + HOUR });
  expect(waived.told).toEqual([['waiver', 'stated']]);
  expect((await did(`statements/${waived.body.id}/erase`, {})).told).toEqual([['erasure', undefined]]);
  const about = { kind: 'accident', at: now, room: 'A', seat: null, text: '断电三分钟' };
  const occurrence = { ...about, expected: null, attended: null, corrects: null };
  expect((await did(`sessions/${id}/occurrences`, occurrence)).told.map(([kind]) => kind)).toEqual(['occurrence']);
  expect((await did(`sessions/${id}/cancel`, { reason: '台风' })).told).toEqual([['session', 'cancelled']]);
  await collector.stop();
});

test('a change of the settings is one entry with what changed, and without what only a reader may know', async () => {
  const data = temporaryFolder();
  const settingsOf = async (settings: string) => {
    const { collector } = await site(data, settings);
    await collector.stop();
    const again = await collectorIn({ data, settings });
    const { rows } = await again.desk.history.entries({ kinds: ['settings'] });
    await again.stop();
    return rows.map(({ body }) => Object.keys(body['changed'] as object));
  };
  const first = await settingsOf(`devices: [{ ${DEVICE} }]\n`);
  // A start with the same settings writes nothing.
  expect(first).toHaveLength(1);
  const second = await settingsOf(`devices: [{ ${DEVICE}, user: u, password: geheim-1234 }]\nframe_every_seconds: 7\n`);
  expect(second.slice(1)).toEqual([['frame_every_seconds']]);
});
