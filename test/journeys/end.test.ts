import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../fixtures/nutPrograms.ts';
import {
  startAgent,
  startCollector,
  startProgram,
  temporaryFolder,
  type Child,
  type CollectorProgram,
} from '../fixtures/programs.ts';

async function startWithDemonstration(): Promise<CollectorProgram> {
  const collector = await startCollector({ command: 'up', args: ['--demo'] });
  await collector.until('the demonstration', '/machines', ({ machines }) =>
    machines.some(({ simulated, online }) => simulated && online),
  );
  return collector;
}

async function endsCleanly(child: Child): Promise<void> {
  const ended = await until('its end', 10_000, async () => child.hasEnded() && child.ended, child.stderr);
  expect(ended).toEqual({ code: 0, signal: null });
  expect(child.hasLeftChildren()).toBe(false);
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('ends the collector, its own agent and its demonstration with exit code 0, and leaves no process behind', async () => {
    const collector = await startWithDemonstration();
    expect(collector.hasLeftChildren()).toBe(true);
    collector.signal(signal);
    await endsCleanly(collector);
  }, 60_000);

  test('ends an agent and simulated machines with exit code 0, linked or not', async () => {
    const collector = await startCollector();
    const file = join(temporaryFolder('ticket'), 'ticket.txt');
    writeFileSync(file, await collector.ticket('A'));
    const begin = () => [
      startAgent({ args: ['--ticket', file] }),
      startProgram('xunkao', ['load', '--agents', '20', '--ticket', file, '--lively']),
    ];
    const linked = begin();
    await collector.until('them to be in', '/machines', ({ machines }) => machines.length === 21);
    await collector.kill();
    const lost = begin();
    await until('the lost ones to look for it', 30_000, () =>
      lost.every((child) => `${child.stderr()}${child.stdout()}`.includes('no collector found')),
    );
    for (const child of [...linked, ...lost]) child.signal(signal);
    for (const child of [...linked, ...lost]) await endsCleanly(child);
  }, 60_000);
});

test('a collector that is killed takes its own agent and its demonstration with it', async () => {
  const collector = await startWithDemonstration();
  await collector.kill();
  await until('its children to end', 10_000, () => !collector.hasLeftChildren());
}, 60_000);
