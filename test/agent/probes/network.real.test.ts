import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../../agent/reading.ts';

// A real kernel, cards and cables: two ends of a virtual cable in a network namespace of its own.
const canUnshare = process.getuid?.() === 0 && existsSync('/sbin/ip') && existsSync('/usr/bin/unshare');

let room: ChildProcess;
let answers: AsyncIterator<string>;

async function ask(): Promise<Answer> {
  room.stdin?.write('\n');
  const line = await answers.next();
  return JSON.parse(line.value ?? 'null') as Answer;
}

/** Addresses and routes are looked at with every fifth ask. */
async function askFive(): Promise<Answer> {
  for (let asks = 1; asks < 5; asks++) await ask();
  return ask();
}

function ip(...words: readonly string[]): void {
  execFileSync('/usr/bin/nsenter', ['-t', String(room.pid), '-n', '/sbin/ip', ...words], { timeout: 5_000 });
}

describe.runIf(canUnshare)('in a network namespace', () => {
  beforeEach(async () => {
    const script = join(import.meta.dirname, '../../fixtures/askProbe.ts');
    // /sys shows the cards of the namespace that it was mounted in.
    room = spawn(
      '/usr/bin/unshare',
      ['-n', '-m', '/bin/sh', '-c', 'mount -t sysfs sysfs /sys && exec "$0" "$@"', process.execPath, script, 'network'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    if (room.stdout === null) throw new Error('no output');
    answers = createInterface({ input: room.stdout })[Symbol.asyncIterator]();
    // The first answer shows that the namespace is there.
    await ask();
    ip('link', 'add', 'seat0', 'type', 'veth', 'peer', 'name', 'switch0');
    ip('addr', 'add', '10.77.0.9/24', 'dev', 'seat0');
    ip('link', 'set', 'seat0', 'up');
    ip('link', 'set', 'switch0', 'up');
    ip('route', 'add', 'default', 'via', '10.77.0.1');
  });
  afterEach(() => room.kill());

  test('the card with the default route is found with its address and gateway', async () => {
    const { facts, parts } = await askFive();
    expect(facts).toMatchObject({ interface: 'seat0', address: '10.77.0.9', gateway: '10.77.0.1', dhcp: null });
    expect(parts).toMatchObject({ 'nic:seat0': { up: true, address: '10.77.0.9', speed_bytes_per_second: null } });
  });

  test('a cable that is pulled out at the other end is told at the next ask, and so is one put back', async () => {
    const changes = Number((await askFive()).parts?.['nic:seat0']?.['carrier_changes_total']);
    ip('link', 'set', 'switch0', 'down');
    expect((await ask()).parts).toMatchObject({ 'nic:seat0': { up: false, carrier_changes_total: changes + 1 } });
    ip('link', 'set', 'switch0', 'up');
    expect((await ask()).parts).toMatchObject({ 'nic:seat0': { up: true, carrier_changes_total: changes + 2 } });
  });

  test('an address and gateway that change are told within five asks', async () => {
    await askFive();
    ip('addr', 'add', '10.78.0.200/24', 'dev', 'seat0');
    ip('addr', 'del', '10.77.0.9/24', 'dev', 'seat0');
    ip('route', 'replace', 'default', 'via', '10.78.0.1');
    expect((await askFive()).facts).toMatchObject({ interface: 'seat0', address: '10.78.0.200', gateway: '10.78.0.1' });
  });

  test('a bridge that leads out is a part, made of what lies below it', async () => {
    ip('link', 'add', 'br0', 'type', 'bridge');
    ip('link', 'set', 'seat0', 'master', 'br0');
    ip('addr', 'flush', 'dev', 'seat0');
    ip('addr', 'add', '10.77.0.9/24', 'dev', 'br0');
    ip('link', 'set', 'br0', 'up');
    ip('route', 'replace', 'default', 'via', '10.77.0.1', 'dev', 'br0');
    const { facts, parts } = await askFive();
    expect(facts).toMatchObject({ interface: 'br0', address: '10.77.0.9', wired: null, speed_bytes_per_second: null });
    expect(Object.keys(parts ?? {})).toEqual(['nic:br0']);
  });
});
