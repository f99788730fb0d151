import { describe, expect, it } from 'vitest';
import { loadProbes } from '../../../agent/catalogue.ts';
import type { MeasureFacts } from '../../../agent/measure.ts';
import type { Facts } from '../../../agent/reading.ts';
import { createEchoes } from '../../../collector/network/echoes.ts';
import { roomFacts } from '../../../collector/network/rooms.ts';
import { createSiteNetwork, isSeat } from '../../../collector/network/site.ts';
import type { Measurement } from '../../../collector/gateway/measuring.ts';
import type { SiteDevice } from '../../../collector/identity/machine.ts';
import { machine, testSite } from '../../fixtures/site.ts';

const probes = (await loadProbes()).filter(({ name }) => ['server', 'portal', 'network'].includes(name));
const PLATFORM: SiteDevice = {
  id: 'exam',
  kind: 'platform',
  room: null,
  url: 'https://exam.internal/login',
  feeds: [],
  options: { status: 200, text: '考核' },
};

function scene(devices: readonly SiteDevice[] = [PLATFORM], port: number | null = null) {
  const machines = [
    machine('m-srv', { role: 'server', room: 'M' }),
    machine('m-1', { seat: '1' }),
    machine('m-2', { seat: '2' }),
    machine('m-s', { seat: 'S1', role: 'spare' }),
  ];
  const site = testSite(machines, devices, [], undefined, probes);
  const { state } = site.stages;
  const say = (id: string, facts: Facts): void => {
    state.ensure(id, 'machine');
    for (const [name, value] of Object.entries(facts)) state.witness(id, name, value, site.clock.now());
  };
  for (const { id } of machines) say(id, { 'presence.online': true });
  machines.forEach(({ id }, index) => say(id, { 'presence.address': `10.0.0.${5 + index}` }));
  const network = createSiteNetwork({
    state,
    machines: () => machines,
    devices,
    network: { examServerPort: port, echoMinutes: 30 },
    throughput: { url: 'https://peer.example.org', kind: 'peer', tokenFile: null, caFile: null, validDays: 30 },
  });
  const told = (): Record<string, unknown> =>
    Object.fromEntries(
      roomFacts(
        'A',
        machines.filter((each) => isSeat(each) && each.room === 'A'),
        state,
        network,
      ),
    );
  return { site, machines, state, say, network, told };
}

describe('what seats are told of the network', () => {
  it('is the exam servers of their room or the site, the platforms, and whom they may measure', () => {
    const { network, machines } = scene([PLATFORM], 8080);
    expect(network.told(machines[1]!)).toEqual({
      examServers: ['10.0.0.5:8080'],
      platforms: [{ url: 'https://exam.internal/login', status: 200, text: '考核' }],
      peers: ['10.0.0.5:9481', '10.0.0.5:8080', 'peer.example.org:443'],
    });
    expect(network.told(machines[0]!)).toEqual({ examServers: [], platforms: [], peers: ['peer.example.org:443'] });
  });

  it('has another key when a server moves', () => {
    const { network, say } = scene();
    const before = network.key();
    expect(network.key()).toBe(before);
    say('m-srv', { 'presence.address': '10.0.0.77' });
    expect(network.key()).not.toBe(before);
    // The collector's own PC is seen as loopback, and says itself where it is.
    say('m-srv', { 'presence.address': '127.0.0.1', 'network.address': '10.0.0.9' });
    expect(network.addressOf('m-srv')).toBe('10.0.0.9');
  });
});

describe('a room', () => {
  it('is in one LAN as far as its seats say that they reach the server, each by name where not', () => {
    const { say, told } = scene();
    expect(told()).toMatchObject({ 'reaching.seats': 3, 'reaching.outside': 0, 'reaching.unsaid': 3 });
    say('m-1', { 'server.reachable': true, 'server.same_subnet': true });
    say('m-2', { 'server.reachable': true, 'server.same_subnet': false });
    say('m-s', { 'server.reachable': false, 'server.same_subnet': true });
    expect(told()).toMatchObject({
      'reaching.outside': 1,
      'reaching.routed': 1,
      'reaching.unsaid': 0,
      'reaching.away': ['2', 'S1'],
    });
  });

  it('is reached where an echo came back though the server’s firewall is silent', () => {
    const { say, told } = scene();
    say('m-1', { 'server.reachable': null, 'server.same_subnet': true, 'echo.udp': true, 'echo.loss_ratio': 0.02 });
    expect(told()).toMatchObject({ 'reaching.outside': 0, 'reaching.unsaid': 2 });
  });

  it('has its platform as its seats see it, and says nothing where none is named', () => {
    const { say, told } = scene();
    say('m-1', {
      'portal.answering': true,
      'portal.response_p95_seconds': 0.2,
      'portal.certificate_expires_seconds': 864_000,
    });
    say('m-2', { 'portal.answering': false, 'portal.response_p95_seconds': 4 });
    expect(told()).toMatchObject({
      'service.seats': 3,
      'service.failing': 1,
      'service.unsaid': 1,
      'service.away': ['2'],
      'service.response_p95_seconds': 4,
      'service.certificate_expires_seconds': 864_000,
    });
    expect(scene([]).told()).toMatchObject({ 'service.seats': null, 'service.failing': null });
  });
});

describe('the round of echoes', () => {
  function rounds(port: number | null, answer: (what: string, machine: string) => Measurement) {
    const { site, machines, state, network } = scene([], port);
    const asked: [string, string, MeasureFacts][] = [];
    const echoes = createEchoes({
      state,
      machines: () => machines,
      site: network,
      measure(id, what, facts) {
        asked.push([id, what, facts]);
        return { done: Promise.resolve(answer(what, id)), stop: () => undefined };
      },
      everyMs: 1_800_000,
      examServerPort: port,
      clock: site.clock,
    });
    const fact = (id: string, word: string): unknown =>
      state.get(id)!.values[state.catalogue.fact(`echo.${word}`)!.index];
    return { site, echoes, asked, fact };
  }

  it('has the server answer, every seat of the room measure, and none again before its time', async () => {
    const seen = { loss_ratio: 0.02, jitter_seconds: 0.001, median_seconds: 0.0005, p95_seconds: 0.002 };
    const { site, echoes, asked, fact } = rounds(null, (what) => ({ result: what === 'loss' ? seen : {} }));
    echoes.tick();
    await echoes.running();
    expect(asked.map(([id, what]) => `${id} ${what}`)).toEqual(['m-srv echo', 'm-1 loss', 'm-2 loss', 'm-s loss']);
    expect(asked[0]![2]).toMatchObject({ from: ['10.0.0.6', '10.0.0.7', '10.0.0.8'], port: 9481 });
    expect(asked[1]![2]).toMatchObject({
      peer: '10.0.0.5:9481',
      per_second: 50,
      seconds: 10,
      token: asked[0]![2]['token'],
    });
    expect(['loss_ratio', 'p95_seconds', 'udp'].map((word) => fact('m-1', word))).toEqual([0.02, 0.002, true]);
    echoes.tick();
    await echoes.running();
    expect(asked).toHaveLength(4);
    site.clock.advance(1_800_000);
    echoes.tick();
    await echoes.running();
    expect(asked).toHaveLength(8);
  });

  it('infers loss from TCP connects where no echo comes and a port was named, and says so', async () => {
    const none = { loss_ratio: null, sent: 0, why: 'no echo' };
    const connects = { times: 20, answered: 20, resent: 1, median_seconds: 0.004 };
    const { echoes, fact } = rounds(8080, (what) => ({ result: what === 'connect' ? connects : none }));
    echoes.tick();
    await echoes.running();
    expect(['loss_ratio', 'median_seconds', 'p95_seconds', 'udp'].map((word) => fact('m-2', word))).toEqual([
      0.05,
      0.004,
      null,
      false,
    ]);
    const silent = rounds(null, () => ({ refused: 'unknown', message: 'this agent cannot measure loss' }));
    silent.echoes.tick();
    await silent.echoes.running();
    expect(silent.fact('m-1', 'loss_ratio')).toBeUndefined();
  });
});
