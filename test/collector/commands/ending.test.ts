import { expect, test } from 'vitest';
import { startCollector } from '../../fixtures/programs.ts';

test('a Ctrl+C that comes twice, from the terminal and from npm, ends the collector once and cleanly', async () => {
  const collector = await startCollector({ command: 'up', args: ['--room', 'A'] });
  await collector.until('its own machine', '/machines', ({ machines }) => machines.some(({ online }) => online));
  collector.signal('SIGINT');
  collector.signal('SIGINT');
  expect(await collector.ended).toEqual({ code: 0, signal: null });
  expect(collector.stderr()).not.toMatch(/starting it again|正在重新启动/);
  expect(collector.hasLeftChildren()).toBe(false);
}, 60_000);
