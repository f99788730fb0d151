import { expect, test } from 'vitest';
import { administrator, collectorIn } from '../../fixtures/collector.ts';

const SETTINGS = `throughput: { file: 'http://127.0.0.1:9/large.bin' }
devices:
  - { id: cam-1, kind: camera, url: 'rtsp://127.0.0.1:9/x', room: A }
  - { id: cam-b, kind: camera, url: 'rtsp://127.0.0.1:9/y', room: B }
`;

test('proofs of a room are asked for over the API, and refused in words during an exam, for nobody else’s camera', async () => {
  const collector = await collectorIn({ settings: SETTINGS });
  const headers = await administrator(collector);
  const post = (url: string, payload: object) =>
    collector.app.inject({ method: 'POST', url: `/api/v1/${url}`, headers, payload });
  const get = async (url: string) => (await collector.app.inject({ url: `/api/v1/${url}` })).json();
  const { cameras } = await get('rooms/A/playback');
  expect(cameras).toMatchObject([{ id: 'cam-1', last: null, ahead: null }]);
  // Nobody reads it here.
  expect(cameras[0].checks.flatMap(({ word, ok }: { word: string; ok: boolean }) => (ok ? [] : [word]))).toEqual([
    'reader',
  ]);
  const now = Date.now();
  await post('sessions', {
    kind: 'exam',
    title: { zh: '上午场', en: 'Morning' },
    rooms: ['B'],
    startsAt: now + 60_000,
    endsAt: now + 3_600_000,
    candidates: 40,
  });
  for (const what of ['playback', 'uplink']) {
    const refused = await post(`rooms/A/${what}`, {});
    expect(refused.statusCode).toBe(409);
    expect(refused.json().error).toMatchObject({
      code: 'drill',
      message: { zh: expect.stringContaining('没有考试在进行') },
    });
  }
  expect((await post('rooms/A/playback', { camera: 'cam-b' })).statusCode).toBe(404);
  expect((await post('rooms/C/playback', {})).statusCode).toBe(404);
  expect((await post('rooms/A/playback', { at: 'yesterday' })).statusCode).toBe(400);
  expect((await post('rooms/A/playback/stop', {})).json()).toEqual({ drills: [] });
  const bare = await collector.app.inject({ method: 'POST', url: '/api/v1/rooms/A/playback', payload: {} });
  expect([401, 403]).toContain(bare.statusCode);
});
