import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { watch } from '../../../agent/probes/ups.ts';
import { NutConnection } from '../../../agent/protocols/nutConnection.ts';
import type { Device } from '../../../agent/probe.ts';
import type { Facts } from '../../../agent/reading.ts';
import { nutAvailable, startUpsd, type Upsd } from '../../fixtures/nut.ts';
import { makeAuthority, until } from '../../fixtures/nutPrograms.ts';
import { q1Driver, startQ1, type Q1 } from '../../fixtures/q1.ts';

// The real upsd and the real drivers (Debian: nut-server; socat for the serial line). Nothing of NUT is imitated here,
// except the UPS itself.

const running: (() => unknown)[] = [];
afterEach(() => running.splice(0).forEach((end) => end()));

interface Watched {
  readonly told: readonly Facts[];
  /** Waits until it is told, from now on. */
  readonly next: (expected: Facts) => Promise<Facts>;
}

function watchUps(url: string, more: Partial<Device> = {}): Watched {
  const told: Facts[] = [];
  running.push(watch({ id: 'ups-1', kind: 'ups', url, ...more }, ({ facts }) => told.push(facts)));
  const next = (expected: Facts): Promise<Facts> => {
    const from = told.length;
    const isIt = (facts: Facts): boolean => Object.entries(expected).every(([word, value]) => facts[word] === value);
    return until(
      JSON.stringify(expected),
      15_000,
      () => told.slice(from).find(isIt),
      () => `last: ${JSON.stringify(told.at(-1))}`,
    );
  };
  return { told, next };
}

const LOST = { reachable: false, status: null, on_battery: null, runtime_seconds: null, charge_ratio: null } as const;

/** Seen in the field, all on mains; the last is beyond a week. */
const IMPOSSIBLE = ['0', '65535', '-1', '700000', 'garbage'];

describe.skipIf(!nutAvailable())('a UPS behind the real upsd', () => {
  let upsd: Upsd;
  beforeAll(async () => {
    const liars = IMPOSSIBLE.map((runtime, at) => ({ name: `liar${at}`, variables: { 'battery.runtime': runtime } }));
    upsd = await startUpsd({ ups: ['exam', { name: 'dead', isStarted: false }, ...liars], maxAgeSeconds: 3 });
  });
  afterAll(() => upsd.stop());

  it('is read whole: mains, charge, runtime, load, volts, model', async () => {
    expect(await watchUps(upsd.url()).next({ model: 'SANTAK C3K' })).toEqual({
      reachable: true,
      comm: 'ok',
      status: 'OL',
      on_battery: false,
      low_battery: false,
      charge_ratio: 1,
      runtime_seconds: 9000,
      estimated_runtime_seconds: 9000,
      load_ratio: 0.4,
      input_volts: 221,
      output_volts: 220.1,
      battery_volts: 81.6,
      temperature_celsius: 27,
      alarm: '',
      overload: false,
      bypass: false,
      off: false,
      replace_battery: false,
      charging: null,
      calibrating: false,
      model: 'SANTAK C3K',
      firmware: 'V1.0',
    });
  });

  it('mains fail: on battery, and mains back: not', async () => {
    const { next } = watchUps(upsd.url());
    await next({ on_battery: false });
    const failed = next({ on_battery: true });
    await upsd.change({ 'ups.status': 'OB LB', 'battery.runtime': '300', 'battery.charge': '9' });
    await failed;
    expect(await next({ runtime_seconds: 300 })).toMatchObject({
      on_battery: true,
      low_battery: true,
      charge_ratio: 0.09,
    });
    const back = next({ on_battery: false });
    await upsd.change({ 'ups.status': 'OL CHRG', 'battery.runtime': '9000', 'battery.charge': '100' });
    await back;
    expect(await next({ runtime_seconds: 9000 })).toMatchObject({ low_battery: false, charging: true });
  });

  it.each(IMPOSSIBLE.map((runtime, at) => [runtime, `liar${at}`]))(
    'a runtime of %s is none, and the rest is read',
    async (_, name) => {
      const facts = await watchUps(upsd.url(name)).next({ charge_ratio: 1 });
      expect(facts).toMatchObject({ reachable: true, runtime_seconds: null, load_ratio: 0.4 });
    },
  );

  it('the driver hangs: DATA-STALE, and it comes back when the driver does', async () => {
    const { next } = watchUps(upsd.url());
    await next({ comm: 'ok' });
    upsd.hangDriver();
    expect(await next({ comm: 'DATA-STALE' })).toMatchObject(LOST);
    upsd.freeDriver();
    await next({ comm: 'ok', runtime_seconds: 9000 });
  });

  it('the driver is killed: DRIVER-NOT-CONNECTED; started again: WAIT, then its values', async () => {
    const { next } = watchUps(upsd.url());
    await next({ comm: 'ok' });
    const lost = next({ comm: 'DRIVER-NOT-CONNECTED' });
    await upsd.killDriver();
    expect(await lost).toMatchObject(LOST);
    const waiting = next({ comm: 'WAIT' });
    await upsd.startDriver();
    expect(await waiting).toMatchObject(LOST);
    await next({ comm: 'ok', runtime_seconds: 9000 });
  });

  it('upsd is killed: closed, then refused; started again: it comes back', async () => {
    const { told, next } = watchUps(upsd.url());
    await next({ comm: 'ok' });
    const [closed, refused] = [next({ comm: 'closed' }), next({ comm: 'refused' })];
    await upsd.killServer();
    expect(await closed).toMatchObject(LOST);
    expect(await refused).toMatchObject(LOST);
    const back = next({ comm: 'ok', runtime_seconds: 9000 });
    const from = told.length;
    await upsd.startServer();
    await back;
    expect(told.slice(from).map(({ comm }) => comm)).not.toContain('timeout');
  });

  it('upsd hangs: timeout, and it comes back by itself', async () => {
    const { next } = watchUps(upsd.url());
    await next({ comm: 'ok' });
    upsd.hangServer();
    expect(await next({ comm: 'timeout' })).toMatchObject(LOST);
    upsd.freeServer();
    await next({ comm: 'ok', runtime_seconds: 9000 });
  });

  it('a UPS whose driver never ran, and one that does not exist, are told apart', async () => {
    expect(await watchUps(upsd.url('dead')).next({ comm: 'DRIVER-NOT-CONNECTED' })).toMatchObject(LOST);
    expect(await watchUps(`nut://127.0.0.1:${upsd.port}/nobody`).next({ comm: 'UNKNOWN-UPS' })).toMatchObject(LOST);
  });

  it('without a certificate there, nut+tls:// says FEATURE-NOT-CONFIGURED and never falls back', async () => {
    const { told, next } = watchUps(`nut+tls://127.0.0.1:${upsd.port}/exam`, { user: 'monitor', password: 'monpass' });
    await next({ comm: 'FEATURE-NOT-CONFIGURED' });
    await next({ comm: 'FEATURE-NOT-CONFIGURED' });
    expect(told.every(({ reachable }) => reachable === false)).toBe(true);
  });

  it('an answer that came while this process was frozen counts', async () => {
    const connection = new NutConnection({ host: '127.0.0.1', port: upsd.port, timeoutMs: 100 });
    running.push(() => connection.close());
    await connection.open();
    const answer = connection.variable('exam', 'ups.status');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    expect(await answer).toMatch(/^OL/);
  });
});

describe.skipIf(!nutAvailable('tls'))('a UPS behind an upsd with STARTTLS', () => {
  let upsd: Upsd;
  let folder: string;
  beforeAll(async () => {
    upsd = await startUpsd({ ups: ['exam'], tls: true });
    folder = await mkdtemp(join(tmpdir(), 'xunkao-ca-'));
  });
  afterAll(async () => {
    await upsd.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const ca = (): string => upsd.ca ?? '';

  it('is read with the right CA, logged in or not', async () => {
    await watchUps(upsd.url(), { ca: ca() }).next({ comm: 'ok', runtime_seconds: 9000 });
    await watchUps(upsd.url(), { ca: ca(), user: 'monitor', password: 'mon"pass\\' }).next({
      comm: 'ok',
      runtime_seconds: 9000,
    });
  });

  it.each([
    ['another CA', (): Promise<string> => makeAuthority(folder, 'other')],
    ['a CA that is no certificate', (): Promise<string> => Promise.resolve('no certificate')],
  ])('is refused with %s', async (_, make) => {
    const { told, next } = watchUps(upsd.url(), { ca: await make(), user: 'monitor', password: 'S3cret-pass' });
    expect(await next({ comm: 'certificate' })).toMatchObject(LOST);
    expect(JSON.stringify(told)).not.toContain('S3cret-pass');
  });

  it('is refused when no CA is given: a certificate of its own is not trusted by itself', async () => {
    expect(await watchUps(upsd.url()).next({ comm: 'certificate' })).toMatchObject(LOST);
  });

  it('the error says what was tried, on whom and why, and no password', async () => {
    const tls = { ca: await makeAuthority(folder, 'third') };
    const server = {
      host: '127.0.0.1',
      port: upsd.port,
      user: 'monitor',
      password: 'S3cret-pass',
      tls,
      timeoutMs: 3_000,
    };
    const error = await new NutConnection(server).open().catch((error: unknown) => String(error));
    expect(error).toMatch(new RegExp(`^NutError: upsd at 127\\.0\\.0\\.1:${upsd.port}: [A-Z_]+$`));
  });
});

describe.skipIf(!nutAvailable('q1'))('a cheap UPS (Q1) behind the real nutdrv_qx', () => {
  let ups: Q1;
  let upsd: Upsd;
  beforeAll(async () => {
    ups = await startQ1();
    upsd = await startUpsd({ ups: [{ name: 'qx', driver: q1Driver(ups.tty) }], maxAgeSeconds: 3 });
  });
  afterAll(async () => {
    await upsd.stop();
    await ups.stop();
  });

  it('has neither charge nor runtime nor a name: null, and the rest is read', async () => {
    expect(await watchUps(upsd.url()).next({ input_volts: 221 })).toMatchObject({
      reachable: true,
      status: 'OL',
      on_battery: false,
      load_ratio: 0.4,
      battery_volts: 81.6,
      temperature_celsius: 27,
      charge_ratio: null,
      runtime_seconds: null,
      charging: null,
      model: null,
    });
  });

  it('says plain OB when the mains fail, and OB LB near the end', async () => {
    const { next } = watchUps(upsd.url());
    await next({ on_battery: false });
    ups.set({ isOnBattery: true, inputVolts: 0 });
    expect(await next({ on_battery: true })).toMatchObject({ status: 'OB', low_battery: false, charging: false });
    ups.set({ isBatteryLow: true });
    expect((await next({ low_battery: true }))['status']).toMatch(/\bLB\b/);
    ups.set({ isOnBattery: false, isBatteryLow: false, inputVolts: 221 });
    await next({ on_battery: false, low_battery: false });
  });

  it('its self-test and its bypass are seen', async () => {
    const { next } = watchUps(upsd.url());
    ups.set({ isTesting: true });
    await next({ calibrating: true });
    ups.set({ isTesting: false, isOnBypass: true });
    await next({ calibrating: false, bypass: true });
    ups.set({ isOnBypass: false });
    await next({ bypass: false });
  });

  it('its data cable is pulled: DATA-STALE; put back: read again', async () => {
    const { next } = watchUps(upsd.url());
    await next({ comm: 'ok' });
    ups.set({ isMute: true });
    expect(await next({ comm: 'DATA-STALE' })).toMatchObject(LOST);
    ups.set({ isMute: false });
    await next({ comm: 'ok', on_battery: false });
  });
});
