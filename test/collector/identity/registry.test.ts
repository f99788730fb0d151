import { beforeEach, describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../../agent/messages.ts';
import { manualClock } from '../../../collector/clock.ts';
import type { Introduced, LinkState } from '../../../collector/identity/decide.ts';
import type { Machine } from '../../../collector/identity/machine.ts';
import {
  createRegistry,
  type Answer,
  type EnrolRequest,
  type Registry,
  type RegistryChange,
} from '../../../collector/identity/registry.ts';
import type { Ticket } from '../../../collector/identity/tickets.ts';

const HOUR_MS = 3_600_000;
let clock = manualClock();
let changes: RegistryChange[] = [];
let disk: () => Promise<void> = () => Promise.resolve();
let inMaintenance = false;
let registry: Registry;
let pass: { ticket: string; secret: string };

function open(machines: Iterable<Machine> = [], tickets: Iterable<Ticket> = []): Registry {
  return createRegistry({
    clock,
    machines,
    tickets,
    maintenance: () => inMaintenance,
    async changed(those) {
      await disk();
      changes.push(...those);
    },
  });
}

async function issue(uses = 3, room = 'A'): Promise<{ ticket: string; secret: string }> {
  const { ticket, secret } = await registry.issueTicket({ room, uses, validUntil: clock.now().wall + HOUR_MS }, 'T01');
  return { ticket: ticket.id, secret };
}

beforeEach(async () => {
  clock = manualClock();
  changes = [];
  disk = () => Promise.resolve();
  inMaintenance = false;
  registry = open();
  pass = await issue();
});

function hardware(name: string): Fingerprint {
  return { board: `${name}-board`, uuid: `${name}-uuid`, disk: `${name}-disk`, macs: [`${name}-mac`] };
}

function seen(key: string, pc: string, more: Partial<Introduced> = {}): Introduced {
  const texts = { hostname: `HOST-${pc}`, platform: 'linux', version: '0.1.0' };
  return { keyId: key, key: `${key}-der`, fingerprint: hardware(pc), stream: `${key}-stream`, ...texts, ...more };
}

function asked(key: string, pc: string, more: Partial<EnrolRequest> = {}): EnrolRequest {
  return { ...seen(key, pc), ...pass, previous: null, simulated: false, address: '10.0.0.17', ...more };
}

const links = (state: LinkState) => (): LinkState => state;
const none = links('none');

async function welcomed(answer: Answer): Promise<Machine> {
  if (answer.kind !== 'welcome') throw new Error(`not welcome: ${JSON.stringify(answer)}`);
  await answer.durable;
  return answer.machine;
}

function reason(answer: Answer): string {
  return answer.kind === 'refused' ? answer.reason : answer.kind;
}

describe('a new machine', () => {
  it('enrols with a ticket, gets its room and role from it, and is durable before it is told', async () => {
    const machine = await welcomed(registry.enrol(asked('k1', 'pc1'), none));
    expect(machine).toMatchObject({ keyId: 'k1', room: 'A', role: 'candidate', seat: null, simulated: false });
    expect(machine.id).toMatch(/^m-[a-z2-9]{12}$/);
    expect(registry.tickets.get(pass.ticket)?.used).toBe(1);
    const [ticket, made] = changes.slice(-2);
    expect(ticket).toMatchObject({ kind: 'ticket', value: { used: 1 } });
    expect(made).toMatchObject({ kind: 'machine', id: machine.id, entry: { act: 'enrolled', room: 'A', key: 'k1' } });
    expect(JSON.stringify(changes)).not.toContain(pass.secret);
    expect(reason(registry.hello(seen('k1', 'pc1'), none))).toBe('welcome');
  });

  it('is refused with a ticket that does not exist, is wrong, withdrawn, used up or over', async () => {
    expect(reason(registry.enrol(asked('k1', 'pc1', { ticket: 't-none' }), none))).toBe('ticket');
    expect(reason(registry.enrol(asked('k1', 'pc1', { secret: 'wrong' }), none))).toBe('ticket');
    const one = await issue(1);
    await welcomed(registry.enrol(asked('k1', 'pc1', one), none));
    expect(registry.enrol(asked('k2', 'pc2', one), none)).toMatchObject({
      reason: 'ticket',
      message: expect.stringMatching(/used up/),
    });
    const withdrawn = await issue();
    await registry.revokeTicket(withdrawn.ticket, 'T01');
    expect(reason(registry.enrol(asked('k2', 'pc2', withdrawn), none))).toBe('ticket');
    clock.advance(2 * HOUR_MS);
    expect(registry.enrol(asked('k2', 'pc2'), none)).toMatchObject({
      reason: 'ticket',
      message: expect.stringMatching(/ended at/),
    });
    expect(registry.machines.size).toBe(1);
  });

  it('cannot take a last place twice, even at the same moment', async () => {
    const one = await issue(1);
    const answers = [registry.enrol(asked('k1', 'pc1', one), none), registry.enrol(asked('k2', 'pc2', one), none)];
    expect(answers.map(reason)).toEqual(['welcome', 'ticket']);
    await welcomed(answers[0]!);
  });

  it('leaves nothing behind when the record cannot be written', async () => {
    disk = () => Promise.reject(new Error('disk full'));
    const answer = registry.enrol(asked('k1', 'pc1'), none);
    await expect(welcomed(answer)).rejects.toThrow('disk full');
    expect(registry.machines.size).toBe(0);
    expect(registry.tickets.get(pass.ticket)?.used).toBe(0);
    expect(reason(registry.hello(seen('k1', 'pc1'), none))).toBe('unknown-key');
  });

  it('is not welcome by its key either while its enrolment is not durable', async () => {
    let write = (): void => undefined;
    disk = () => new Promise((resolve) => (write = resolve));
    registry.enrol(asked('k1', 'pc1'), none);
    const again = registry.hello(seen('k1', 'pc1'), none);
    let isDurable = false;
    const waited = welcomed(again).then(() => (isDurable = true));
    await Promise.resolve();
    expect(isDurable).toBe(false);
    write();
    await waited;
    expect(isDurable).toBe(true);
  });

  it('gives its place back alone when others used the ticket meanwhile', async () => {
    let fail: (error: Error) => void = () => undefined;
    disk = () => new Promise((_, reject) => (fail = reject));
    const first = registry.enrol(asked('k1', 'pc1'), none);
    disk = () => Promise.resolve();
    await welcomed(registry.enrol(asked('k2', 'pc2'), none));
    fail(new Error('disk full'));
    await expect(welcomed(first)).rejects.toThrow('disk full');
    expect(registry.tickets.get(pass.ticket)?.used).toBe(1);
  });

  it('is marked as simulated when its ticket or it itself says so', async () => {
    expect(await welcomed(registry.enrol(asked('k1', 'pc1', { simulated: true }), none))).toMatchObject({
      simulated: true,
    });
    const order = { room: 'Z', uses: 1, validUntil: clock.now().wall + HOUR_MS, simulated: true };
    const { ticket, secret } = await registry.issueTicket(order, 'T01');
    const made = await welcomed(registry.enrol(asked('k2', 'pc2', { ticket: ticket.id, secret }), none));
    expect(made).toMatchObject({ simulated: true, room: 'Z' });
  });
});

describe('a machine that is known', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await welcomed(registry.enrol(asked('k1', 'pc1'), none));
  });

  it('is still known after the registry was stored and read back', () => {
    const again = open(registry.machines.values(), registry.tickets.values());
    expect(again.hello(seen('k1', 'pc1'), none)).toMatchObject({ kind: 'welcome', machine: { id: machine.id } });
  });

  it('may ask to enrol again when the first answer was lost, and stays one machine', async () => {
    const again = await welcomed(registry.enrol(asked('k1', 'pc1'), none));
    expect(again.id).toBe(machine.id);
    expect(registry.tickets.get(pass.ticket)?.used).toBe(1);
  });

  it('is told to make a key of its own on other hardware', () => {
    expect(reason(registry.hello(seen('k1', 'pc2'), none))).toBe('other-hardware');
  });

  it('becomes a machine of its own as a clone, within the uses of the ticket', async () => {
    const clone = await welcomed(registry.enrol(asked('k2', 'pc2', { previous: 'k1' }), none));
    expect(clone.id).not.toBe(machine.id);
    expect(changes.at(-1)?.entry).toMatchObject({ act: 'enrolled', cloned_from: machine.id });
    await welcomed(registry.enrol(asked('k3', 'pc3', { previous: 'k1' }), none));
    expect(reason(registry.enrol(asked('k4', 'pc4', { previous: 'k1' }), none))).toBe('ticket');
  });

  it('has its new hardware remembered after a repair, and in the record', async () => {
    const repaired = { ...hardware('pc1'), disk: 'new-disk' };
    const answer = registry.hello(seen('k1', 'pc1', { fingerprint: repaired, hostname: 'NEW' }), none);
    expect((await welcomed(answer)).fingerprint.disk).toBe('new-disk');
    await Promise.resolve();
    expect(changes.at(-1)?.entry).toEqual({ act: 'described', hostname: 'NEW', hardware: ['disk'] });
  });

  it('fills the record with no new name at each hello', async () => {
    for (let n = 0; n < 50; n += 1) {
      await welcomed(registry.hello(seen('k1', 'pc1', { hostname: `NAME-${n}` }), none));
      clock.advance(1_000);
    }
    expect(changes.filter(({ entry }) => entry?.['act'] === 'described')).toHaveLength(1);
    clock.advance(60_000);
    await welcomed(registry.hello(seen('k1', 'pc1', { hostname: 'LAST' }), none));
    expect(registry.machines.get(machine.id)?.hostname).toBe('LAST');
  });

  it('is welcomed while the disk refuses: what it says of itself can wait', async () => {
    disk = () => Promise.reject(new Error('disk full'));
    const answer = registry.hello(seen('k1', 'pc1', { hostname: 'NEW' }), none);
    expect((await welcomed(answer)).id).toBe(machine.id);
  });

  it('is refused after a person withdrew it, with its key, a ticket or a new key, until it is reinstated', async () => {
    await registry.setRevoked(machine.id, true, 'T01');
    expect(reason(registry.hello(seen('k1', 'pc1'), none))).toBe('revoked');
    expect(reason(registry.enrol(asked('k1', 'pc1'), none))).toBe('revoked');
    expect(reason(registry.enrol(asked('k9', 'pc1'), none))).toBe('revoked');
    await registry.setRevoked(machine.id, false, 'T01');
    expect(reason(registry.hello(seen('k1', 'pc1'), none))).toBe('welcome');
  });

  it('replaces its old link when that is of the same process or does not answer', () => {
    expect(reason(registry.hello(seen('k1', 'pc1'), links('same')))).toBe('welcome');
    expect(registry.hello(seen('k1', 'pc1'), links('unproven'))).toEqual({ kind: 'ask', machine: machine.id });
  });

  it('is an incident when another process with its key and hardware is alive', () => {
    const answer = registry.hello(seen('k1', 'pc1'), links('alive'));
    expect(answer).toMatchObject({ reason: 'alive-elsewhere', aliveTwice: machine.id });
  });

  it('is a clone when another one is alive and only the network cards tell them apart', () => {
    const batch = { ...hardware('pc1'), macs: ['other-mac'] };
    expect(reason(registry.hello(seen('k1', 'pc1', { fingerprint: batch }), links('alive')))).toBe('other-hardware');
    expect(reason(registry.hello(seen('k1', 'pc1', { fingerprint: batch }), none))).toBe('welcome');
  });

  it('gets its seat and role from a person, who stands in the record', async () => {
    await registry.assign(machine.id, { seat: '17', role: 'spare' }, 'T01');
    expect(registry.machines.get(machine.id)).toMatchObject({ seat: '17', role: 'spare', room: 'A' });
    expect(changes.at(-1)?.entry).toEqual({ act: 'assigned', seat: '17', role: 'spare', by: 'T01' });
    expect(await registry.assign('m-nobody', { seat: '1' }, 'T01')).toBeNull();
  });
});

describe('a machine that lost its key', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await welcomed(registry.enrol(asked('k1', 'pc1'), none));
  });

  it('waits for a person, and takes its identity back once that key is confirmed', async () => {
    expect(reason(registry.enrol(asked('k2', 'pc1'), none))).toBe('waiting-for-person');
    expect(registry.waiting()).toMatchObject([{ machine: machine.id, keyId: 'k2', address: '10.0.0.17' }]);
    expect(registry.confirm(machine.id)).toBe(true);
    expect(reason(registry.enrol(asked('k3', 'pc1'), none))).toBe('waiting-for-person');
    const back = await welcomed(registry.enrol(asked('k2', 'pc1'), none));
    expect(back).toMatchObject({ id: machine.id, keyId: 'k2' });
    expect(registry.tickets.get(pass.ticket)?.used).toBe(1);
    expect(reason(registry.hello(seen('k1', 'pc1'), none))).toBe('unknown-key');
    expect(changes.at(-1)?.entry).toMatchObject({ act: 'taken-back', how: 'confirmed', key_before: 'k1' });
    expect(registry.waiting()).toEqual([]);
  });

  it('does not get it by a confirmation that is half an hour old, or that names no one among several', () => {
    registry.enrol(asked('k2', 'pc1'), none);
    registry.enrol(asked('k3', 'pc1'), none);
    expect(registry.confirm(machine.id)).toBe(false);
    expect(registry.confirm(machine.id, 'k3')).toBe(true);
    expect(registry.confirm('m-nobody')).toBe(false);
    clock.advance(HOUR_MS / 2 + 1);
    expect(reason(registry.enrol(asked('k3', 'pc1'), none))).toBe('waiting-for-person');
  });

  it('takes it back without a person in a maintenance window', async () => {
    inMaintenance = true;
    expect((await welcomed(registry.enrol(asked('k2', 'pc1'), none))).id).toBe(machine.id);
  });

  it('does not get it while the old identity is alive, whatever the window', () => {
    inMaintenance = true;
    expect(registry.enrol(asked('k2', 'pc1'), links('unproven'))).toEqual({ kind: 'ask', machine: machine.id });
    const answer = registry.enrol(asked('k2', 'pc1'), links('alive'));
    expect(answer).toMatchObject({ reason: 'alive-elsewhere', aliveTwice: machine.id });
  });

  it('is served by a ticket that is used up or over, as new hardware is not', async () => {
    inMaintenance = true;
    clock.advance(2 * HOUR_MS);
    expect(reason(registry.enrol(asked('k5', 'pc5'), none))).toBe('ticket');
    expect((await welcomed(registry.enrol(asked('k2', 'pc1'), none))).id).toBe(machine.id);
  });

  it('is a new machine in a room that does not know its hardware', async () => {
    const other = await issue(1, 'B');
    const moved = await welcomed(registry.enrol(asked('k2', 'pc1', other), none));
    expect(moved).toMatchObject({ room: 'B' });
    expect(moved.id).not.toBe(machine.id);
  });

  it('is no second machine in another room while it is alive in its own, and none at all once withdrawn', async () => {
    const other = await issue(2, 'B');
    const again = asked('k2', 'pc1', other);
    expect(registry.enrol(again, (id) => (id === machine.id ? 'unproven' : 'none'))).toEqual({
      kind: 'ask',
      machine: machine.id,
    });
    const answer = registry.enrol(again, (id) => (id === machine.id ? 'alive' : 'none'));
    expect(answer).toMatchObject({ reason: 'alive-elsewhere', aliveTwice: machine.id });
    await registry.setRevoked(machine.id, true, 'T01');
    expect(reason(registry.enrol(again, none))).toBe('revoked');
    expect(registry.tickets.get(other.ticket)?.used).toBe(0);
  });

  it('is not believed to be another one for a board number and UUID that the whole batch carries', async () => {
    const batch = { ...hardware('pc1'), disk: 'other-disk', macs: ['other-mac'] };
    const made = await welcomed(registry.enrol(asked('k2', 'pc1', { fingerprint: batch }), none));
    expect(made.id).not.toBe(machine.id);
  });
});
