import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ticketText } from '../../agent/ticket.ts';
import { agentScene } from '../fixtures/agents.ts';
import { pause, until } from '../fixtures/fakeCollector.ts';

const { scene, collect, start, pass, passUntil, endOf } = agentScene();

describe('a link that fails', () => {
  it('is noticed when the collector is silent for 15 s, and not while it pings', async () => {
    const collector = await collect({ acks: false });
    const agent = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => agent.isOnline);
    for (let second = 0; second < 40; second++) {
      collector.ping();
      await pass(1);
    }
    expect(collector.connections).toBe(1);
    await pass(14);
    expect(agent.isOnline).toBe(true);
    await passUntil('it dials again', () => collector.connections === 2, 5);
    expect(scene.lines.join()).toContain('the collector is silent');
  });
  it('takes each ping and each ack for a wake that others may share', async () => {
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => agent.isOnline);
    let wakes = 0;
    scene.clock.awake = () => void (wakes += 1);
    // Acks of what was sent before are on their way; as no time passes, nothing follows them.
    await pause(200);
    const acks = wakes;
    collector.ping();
    await until('the ping came', () => wakes > acks);
    const [before, pings] = [collector.frames.length, wakes];
    await passUntil('a frame was acknowledged', () => collector.frames.length > before && wakes > pings, 10);
  });
  it('is tried for ever with pauses that grow to five seconds, each only said once', async () => {
    const collector = await collect();
    const { ticket } = collector;
    await collector.stop();
    const agent = await start({ ticket });
    await pass(120);
    expect(scene.lines.filter((line) => line.includes('no collector found'))).toHaveLength(1);
    const again = await collect({ port: collector.port });
    const before = scene.clock.now().monotonic;
    await passUntil('it is online', () => agent.isOnline, 10);
    expect(scene.clock.now().monotonic - before).toBeLessThanOrEqual(5_100);
    expect(again.introductions).toHaveLength(1);
  });
  it('is dialled at each address in turn, those of the settings too', async () => {
    const collector = await collect();
    const dead = await collect();
    await dead.stop();
    collector.script.settings = {
      ...collector.script.settings,
      addresses: [`127.0.0.2:${collector.port}`, dead.address],
    };
    const agent = await start({ ticket: { ...collector.ticket, addresses: [dead.address, collector.address] } });
    await passUntil('it is online', () => agent.isOnline);
    await collector.stop();
    const moved = await collect({ host: '127.0.0.2', port: collector.port });
    await passUntil('it found the other address', () => moved.introductions.length > 0 && agent.isOnline);
  });
  it('says goodbye when it is stopped, with everything unanswered on disk', async () => {
    const collector = await collect({ acks: false });
    const agent = await start({ ticket: collector.ticket });
    await passUntil('a frame came', () => collector.frames.length > 0);
    await endOf(agent.stop());
    await until('it is closed', () => collector.closes.length > 0);
    expect(collector.closes).toEqual(['1001 shutdown']);
    const [file] = readdirSync(join(scene.dir, 'outbox'));
    const kept = readFileSync(join(scene.dir, 'outbox', file!), 'utf8')
      .trim()
      .split('\n');
    expect(kept).toHaveLength(collector.frames.length);
  });
});

describe('a collector that says no', () => {
  it('because the same machine is alive elsewhere is asked slowly until it says yes', async () => {
    const collector = await collect({ decide: () => 'alive-elsewhere' });
    const agent = await start({ ticket: collector.ticket });
    await pass(120);
    expect(collector.introductions.length).toBeGreaterThan(4);
    expect(collector.introductions.length).toBeLessThan(15);
    collector.script.decide = () => 'welcome';
    await passUntil('it is online', () => agent.isOnline, 31);
  });

  it('because a person has to decide is asked slowly, with the ticket, for as long as it takes', async () => {
    const collector = await collect({
      decide: ({ type }) => (type === 'hello' ? 'unknown-key' : 'waiting-for-person'),
    });
    const agent = await start({ ticket: collector.ticket });
    await pass(120);
    expect(collector.introductions.every(({ type }) => type === 'enrol')).toBe(true);
    expect(collector.introductions.length).toBeLessThan(15);
    collector.script.decide = () => 'welcome';
    await passUntil('it is online', () => agent.isOnline, 31);
  });

  it('to its ticket is asked again with the ticket that a technician brings', async () => {
    const collector = await collect({
      decide: (said) =>
        said.type === 'enrol' && said.secret === 'new' ? 'welcome' : said.type === 'hello' ? 'unknown-key' : 'ticket',
    });
    writeFileSync(join(scene.dir, 'ticket'), ticketText(collector.ticket));
    const agent = await start();
    await pass(30);
    expect(agent.isOnline).toBe(false);
    writeFileSync(join(scene.dir, 'ticket'), ticketText({ ...collector.ticket, secret: 'new' }));
    await passUntil('it is online', () => agent.isOnline);
    expect(scene.lines.join('\n')).not.toContain('the-secret');
  });

  it('or says nonsense is neither believed nor left', async () => {
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => agent.isOnline);
    const nonsense = [
      'no json',
      '[]',
      '{"type":"run","program":"calc.exe"}',
      '{"type":"ack","stream":"x","held":[[5,1]]}',
      '{"type":"ack","stream":7}',
      '{"type":"settings","settings":[]}',
      '{"type":"welcome"}',
      '{"type":"challenge","nonce":"n","site":"test-site","now":1}',
      '{"__proto__":{"type":"refused"}}',
    ];
    for (const text of nonsense) collector.send(text);
    collector.send({ type: 'settings', settings: { devices: 'all', frameEverySeconds: {}, probe: null } });
    await passUntil('all were read', () => agent.counts.ignored === nonsense.length);
    const before = collector.frames.length;
    await pass(12);
    expect(collector.frames.length).toBeGreaterThan(before + 1);
    expect(collector.connections).toBe(1);
    expect(collector.introductions).toHaveLength(1);
  });

  it('or calls itself what a terminal obeys writes nothing into the log but one line', async () => {
    const collector = await collect({ site: 'other\u001b[2J\n2026-01-01 connected\u202e' });
    await start({ ticket: { ...collector.ticket, site: 'test-site' } });
    await passUntil('it was noticed', () => scene.lines.join().includes('of another site'));
    expect(scene.lines.join('')).not.toMatch(/[\p{C}]/u);
  });

  it('or sends too much is left and found again', async () => {
    const collector = await collect();
    const agent = await start({ ticket: collector.ticket });
    await passUntil('it is online', () => agent.isOnline);
    collector.send(JSON.stringify({ type: 'settings', settings: { text: 'x'.repeat(70_000) } }));
    await passUntil('it dialled again', () => collector.connections === 2 && agent.isOnline);
  });

  it('or nothing at all is given up after its time, at each step', async () => {
    const mute = await collect({ challenges: false });
    await start({ ticket: mute.ticket });
    await pass(30);
    expect(mute.connections).toBeGreaterThan(2);
    const deaf = await collect({ decide: () => 'silent' });
    await start({ ticket: deaf.ticket, dir: null });
    await pass(60);
    expect(deaf.introductions.length).toBeGreaterThan(2);
    expect(deaf.introductions.length).toBeLessThan(8);
  });
});
