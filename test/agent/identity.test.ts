import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentScene, hardware, scriptedUps, UPS } from '../fixtures/agents.ts';
import type { FakeCollectorOptions } from '../fixtures/fakeCollector.ts';

const { scene, collect, make, start, pass, passUntil, endOf } = agentScene();

describe('a machine that comes to its site', () => {
  it('enrols with its ticket, proves its key, and begins with a full frame of everything', async () => {
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket });
    await passUntil('a frame came', () => collector.frames.length > 0);
    expect(collector.introductions).toHaveLength(1);
    expect(collector.introductions[0]).toMatchObject({
      type: 'enrol',
      ticket: 't-1',
      secret: 'the-secret',
      queued: [],
    });
    expect(collector.introductions[0]).not.toHaveProperty('simulated');
    expect(collector.frames[0]).toMatchObject({
      lane: 'live',
      full: [1, 1],
      stream: agent.stream,
      asked: { '': { some: [expect.any(Number), expect.any(Number), 'ok'] } },
      facts: { '': { 'some.value': 0, 'some.text': 'a', 'some.alarm': false } },
    });
    expect(collector.faults).toEqual([]);
    expect(agent).toMatchObject({ isOnline: true, machine: 'm-test' });
    expect(Buffer.byteLength(JSON.stringify(collector.introductions[0]))).toBeLessThan(4_096);
  });

  it('says hello with the same key after a restart, in a stream of its own', async () => {
    const collector = await collect();
    const first = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => first.isOnline);
    await endOf(first.stop());
    const second = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => second.isOnline);
    const [enrol, hello] = collector.introductions;
    expect(hello).toMatchObject({ type: 'hello', key: enrol!.key, fingerprint: enrol!.fingerprint });
    expect(hello!.stream).not.toBe(enrol!.stream);
  });

  it('enrols when the collector does not know its key any more', async () => {
    const collector = await collect({ decide: ({ type }) => (type === 'hello' ? 'unknown-key' : 'welcome') });
    const first = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => first.isOnline);
    await endOf(first.stop());
    const second = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => second.isOnline);
    expect(collector.introductions.map(({ type }) => type)).toEqual(['enrol', 'hello', 'enrol']);
  });

  it('starts without a ticket once it was welcomed, and watches its devices before the collector answers', async () => {
    const device = { ...UPS, password: 'hush' };
    const collector = await collect({ settings: { devices: [device] } });
    const { probe, watched } = scriptedUps();
    const probes = [probe];
    const first = await start({ ticket: collector.ticket, probes });
    await passUntil('it watches', () => watched.length === 1);
    await endOf(first.stop());
    const { addresses, ...settings } = JSON.parse(readFileSync(join(scene.dir, 'site.json'), 'utf8')).settings as {
      addresses: string[];
    };
    expect(addresses).toEqual([]);
    expect(settings).toMatchObject({ devices: [] });
    for (const file of ['site.json', 'devices.key']) {
      expect(readFileSync(join(scene.dir, file), 'utf8')).not.toContain('hush');
      // Windows has no such modes: there the folder's own rights protect it.
      const others = process.platform === 'win32' ? 0 : statSync(join(scene.dir, file)).mode & 0o077;
      expect(others).toBe(0);
    }
    const second = await start({ probes });
    expect(watched).toEqual([device, device]);
    expect(second.isOnline).toBe(false);
    expect(scene.lines.join('\n')).not.toContain('hush');
  });

  it('reads the file ticket in its folder, and says what is wrong when there is none or a broken one', async () => {
    expect((await make().start())[0]?.en).toContain('no ticket');
    writeFileSync(join(scene.dir, 'ticket'), 'abc');
    expect((await make().start())[0]?.en).toContain('cut off');
  });

  it('is marked as simulated only when it says so', async () => {
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket, simulated: true, dir: null });
    await passUntil('it is online', () => agent.isOnline);
    expect(collector.introductions[0]).toMatchObject({ type: 'enrol', simulated: true });
    expect(readdirSync(scene.dir)).toEqual([]);
  });

  it('tells no collector of another site who it is', async () => {
    const collector = await collect({ site: 'elsewhere' });
    await start({ ticket: { ...collector.ticket, site: 'here' } });
    await passUntil('it was dialled twice', () => collector.connections > 1);
    expect(collector.introductions).toEqual([]);
    expect(scene.lines.join()).toContain('collector of another site, elsewhere');
  });
});

describe('a copy of an agent on other hardware', () => {
  it('makes a key of its own, proves the old one, and sends nothing of the queue that came with the image', async () => {
    const decide: FakeCollectorOptions['decide'] = ({ type, key }) =>
      type === 'hello' && key === original && clones > 0 ? 'other-hardware' : 'welcome';
    let original = '';
    let clones = 0;
    const collector = await collect({ decide, acks: false });
    const first = await start({ ticket: collector.ticket });
    await passUntil('frames wait on disk', () => existsSync(join(scene.dir, 'outbox')));
    original = collector.introductions[0]!.key;
    const image = `${scene.dir}-image`;
    await endOf(first.stop());
    cpSync(scene.dir, image, { recursive: true });
    const before = collector.frames.length;

    clones = 1;
    const clone = await start({
      ticket: collector.ticket,
      dir: image,
      host: hardware('99999999-8888-7777-6666-555555555555'),
    });
    await passUntil('the clone is online', () => clone.isOnline);
    const [, hello, enrol] = collector.introductions;
    expect(hello).toMatchObject({ type: 'hello', key: original, queued: [] });
    expect(enrol).toMatchObject({ type: 'enrol', previous: { key: original } });
    expect(enrol!.key).not.toBe(original);
    expect(collector.faults).toEqual([]);
    expect(clone.counts.foreign).toBeGreaterThan(0);
    await pass(10);
    expect(collector.frames.slice(before).every(({ stream }) => stream === clone.stream)).toBe(true);
    expect(existsSync(join(image, 'previous.pem'))).toBe(false);
    rmSync(image, { recursive: true });
  });

  it('makes one new key, not one for each refusal', async () => {
    const collector = await collect({ decide: () => 'other-hardware' });
    const agent = await start({ ticket: collector.ticket });
    await pass(60);
    expect(new Set(collector.introductions.map(({ key }) => key)).size).toBe(2);
    expect(agent.isOnline).toBe(false);
  });
});
