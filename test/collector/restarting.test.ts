import { cpSync, rmSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { canaryProbe } from '../../agent/probes/canary.ts';
import { manualClock } from '../../collector/clock.ts';
import { administrator, collectorIn, temporaryFolder } from '../fixtures/collector.ts';
import { seatHost } from '../fixtures/machines.ts';
import { startSeat } from '../fixtures/seats.ts';

/** A real agent on Linux whose kernel says what the test says, and the collector that watches it, on the test's clock. */
async function site() {
  const clock = manualClock(Date.now());
  const collector = await collectorIn({ clock, beats: false });
  const headers = await administrator(collector);
  const dir = temporaryFolder();
  let now = 0;
  let boot = 'one';
  const start = (ticket?: string) => {
    const host = seatHost(1);
    return startSeat({
      index: 1,
      dir,
      says: {},
      ...(ticket === undefined ? {} : { ticket }),
      host: {
        ...host,
        text: async (path, most) => (path.endsWith('/boot_id') ? `${boot}\n` : host.text(path, most)),
      },
      probes: [{ ...canaryProbe(() => now), everySeconds: 1 }],
    });
  };
  const get = async (path: string) => (await collector.app.inject({ url: `/api/v1/${path}`, headers })).json();
  const post = (path: string, payload: object) =>
    collector.app.inject({ method: 'POST', url: `/api/v1/${path}`, headers, payload });
  const until = (holds: () => Promise<boolean> | boolean) =>
    vi.waitUntil(
      () => {
        collector.beat();
        return holds();
      },
      { timeout: 20_000, interval: 50 },
    );
  return {
    clock,
    collector,
    dir,
    start,
    get,
    post,
    until,
    reboot: (name: string) => {
      boot = name;
      clock.advance(60_000);
    },
    pass: (ms: number) => (now += ms),
  };
}

test(
  'an announced restart of a real agent: no incident while it is away, and its restart is what was still needed',
  { timeout: 60_000 },
  async () => {
    const { collector, start, get, post, until, reboot, pass } = await site();
    const seat = await start(await collector.makeTicket({ room: 'A', role: 'candidate', uses: 1, days: 1 }));
    const needed = async () => (await get('restarts')).needed;
    await until(async () => (await needed())[0]?.because === 'first');
    expect(await needed()).toMatchObject([{ room: 'A', verdict: 'unknown', restarts: 0, mayRestart: false }]);
    await until(async () => {
      pass(60_000);
      return (await needed())[0]?.mayRestart === true;
    });

    const said = await post('restarts', { room: 'A', minutes: 10 });
    expect(said.statusCode).toBe(201);
    await seat.stop();
    await until(async () => (await get('machines')).machines[0].online === false);
    const online = async () => (await get('verdicts?rule=online')).verdicts[0];
    expect(await online()).toMatchObject({ state: 'unknown', observed: { 'presence.restarting': true } });
    expect((await get('incidents')).incidents).toEqual([]);

    reboot('two');
    await start();
    await until(async () => (await needed()).length === 0);
    await until(async () => (await get('restarts')).announced[0].endedAt !== null);
    const { announced } = await get('restarts');
    expect(Object.values(announced[0].machines)).toMatchObject([{ state: 'back' }]);
    expect((await get('verdicts?rule=restore-card')).verdicts[0].observed).toMatchObject({
      'rollback.verdict': 'persistent',
      'rollback.because': 'kept',
    });
    collector.checkpoint();
    await expect
      .poll(() => acts(get), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['restart-announced', 'restart-over', 'restarted']));
  },
);

test(
  'a machine that goes away after it was installed, and before a restart was seen, is named when it had the time to be back',
  { timeout: 60_000 },
  async () => {
    const { collector, clock, start, get, post, until, reboot } = await site();
    let seat = await start(await collector.makeTicket({ room: 'A', role: 'candidate', uses: 1, days: 1 }));
    const needed = async () => (await get('restarts')).needed;
    const because = async () => (await get('verdicts?rule=restore-card')).verdicts[0]?.observed['rollback.because'];
    const named = async () => (await needed())[0].notBackSince;
    const isOnline = async (): Promise<boolean> => (await get('machines')).machines[0].online;
    await until(async () => (await because()) === 'first');
    clock.advance(60 * 60_000);
    expect(await named()).toBeNull();

    await seat.stop();
    await until(async () => !(await isOnline()));
    const wentAt = clock.now().wall;
    clock.advance(15 * 60_000 - 1);
    expect(await named()).toBeNull();
    clock.advance(1);
    expect(await named()).toBe(wentAt);

    // Somebody announces that they restart the room: it has that long again.
    const announced = (await post('restarts', { room: 'A', minutes: 5 })).json();
    expect(await named()).toBeNull();
    await post(`restarts/${announced.id}/end`, {});
    clock.advance(1_000);
    collector.beat();
    clock.advance(15 * 60_000);
    expect(await named()).not.toBeNull();

    reboot('two');
    seat = await start();
    await until(async () => (await because()) === 'short');
    expect(await named()).toBeNull();
    // It came back from a restart: whatever takes it away now is no installation that was lost.
    await seat.stop();
    await until(async () => !(await isOnline()));
    clock.advance(60 * 60_000);
    expect(await needed()).toMatchObject([{ because: 'short', restarts: 1, notBackSince: null }]);
  },
);

test('nobody is late while the collector itself was off', async () => {
  const { collector, clock, start, get, until } = await site();
  const seat = await start(await collector.makeTicket({ room: 'A', role: 'candidate', uses: 1, days: 1 }));
  await until(async () => (await get('machines')).machines[0]?.online === true);
  await seat.stop();
  await until(async () => !(await get('machines')).machines[0].online);
  clock.advance(60 * 60_000);
  await collector.stop();
  clock.advance(12 * 60 * 60_000);
  const next = await collectorIn({ data: collector.data, clock, beats: false });
  const named = () => next.desk.restarts().needed[0]?.notBackSince;
  expect(named()).toBeNull();
  clock.advance(15 * 60_000);
  expect(named()).toEqual(expect.any(Number));
});

test(
  'a folder that is put back at each restart is found on Linux too, and the room is not ready for it',
  { timeout: 90_000 },
  async () => {
    const { collector, dir, start, get, until, reboot, pass } = await site();
    const settled = async () => {
      const { id } = (await get('machines')).machines[0];
      const fact = collector.desk.catalogue.fact('canary.settled')!;
      await until(() => {
        pass(60_000);
        return collector.desk.state.get(id)?.values[fact.index] === true;
      });
    };
    const verdict = async (): Promise<string> =>
      (await get('verdicts?rule=restore-card')).verdicts[0]?.observed['rollback.verdict'];
    let seat = await start(await collector.makeTicket({ room: 'A', role: 'candidate', uses: 1, days: 1 }));
    await until(async () => (await verdict()) === 'unknown');
    await settled();
    await seat.stop();
    const frozen = temporaryFolder();
    cpSync(dir, frozen, { recursive: true });
    reboot('two');
    seat = await start();
    await until(async () => (await verdict()) === 'persistent');
    await settled();
    for (const expected of ['reverted-probable', 'reverted-certain']) {
      await seat.stop();
      rmSync(dir, { recursive: true });
      cpSync(frozen, dir, { recursive: true });
      reboot(expected);
      seat = await start();
      await until(async () => (await verdict()) === expected);
      await settled();
    }
    expect((await get('verdicts?rule=restore-card')).verdicts[0].state).toBe('broken');
  },
);

test('a restart can be announced for machines of that room alone, for a bounded time, and be ended', async () => {
  const { collector, start, get, post, until, clock } = await site();
  await start(await collector.makeTicket({ room: 'A', role: 'candidate', uses: 1, days: 1 }));
  await until(async () => (await get('machines')).machines[0]?.online === true);
  const { id } = (await get('machines')).machines[0];
  for (const [payload, status] of [
    [{ room: 'B', minutes: 5 }, 404],
    [{ room: 'A', machines: ['m-none'], minutes: 5 }, 404],
    [{ room: 'A', minutes: 0 }, 400],
    [{ room: 'A', minutes: 121 }, 400],
    [{ room: 'A', machines: [], minutes: 5 }, 400],
  ] as const)
    expect((await post('restarts', payload)).statusCode).toBe(status);
  const announced = (await post('restarts', { room: 'A', machines: [id], minutes: 5 })).json();
  expect((await post(`restarts/${announced.id}/end`, {})).statusCode).toBe(200);
  clock.advance(1_000);
  collector.beat();
  const [ended] = (await get('restarts')).announced;
  expect(ended).toMatchObject({ id: announced.id, machines: { [id]: { state: 'not-restarted' } } });
  expect(ended.endedAt).not.toBeNull();
  expect((await post(`restarts/${announced.id}/end`, {})).statusCode).toBe(404);
});

async function acts(get: (path: string) => Promise<{ entries: readonly { body: Record<string, unknown> }[] }>) {
  return (await get('history?kind=machine&limit=1000')).entries.map(({ body }) => body['act']);
}
