import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Data flows one way, and imports show it: each stage imports what stands left of it and nothing to its right. Stages in
 * one row do not know each other unless one is named by the other here.
 */
const ROOT = join(import.meta.dirname, '..');

/** From the left end of the flow to its right one. The later may import the earlier. */
const FLOW: readonly (readonly string[])[] = [
  ['agent'],
  [
    'collector/clock.ts',
    'collector/loop.ts',
    'collector/faults.ts',
    'collector/pagers/schema.ts',
    'collector/pagers/settings.ts',
  ],
  ['collector/sheet'],
  ['collector/devices', 'collector/series/store.ts', 'collector/organization/ticket.ts'],
  ['collector/series/settings.ts', 'collector/organization/settings.ts'],
  ['collector/networkSettings.ts'],
  ['collector/settingsSchema.ts'],
  ['collector/settings.ts'],
  ['collector/identity'],
  ['collector/gateway'],
  ['collector/state'],
  ['collector/standard'],
  ['collector/sessions'],
  ['collector/compliance'],
  ['collector/incidents'],
  ['collector/history'],
  ['collector/readiness'],
  ['collector/people'],
  ['collector/timetable'],
  ['collector/statements'],
  ['collector/record'],
  ['collector/series'],
  ['collector/accounts'],
  ['collector/readings.ts', 'collector/beatEntries.ts'],
  ['collector/beat.ts'],
  ['collector/drills'],
  ['collector/network'],
  ['collector/metrics', 'collector/pagers'],
  ['collector/bundle'],
  ['collector/organization'],
  ['collector/kept'],
  ['collector/reports'],
  ['collector/console'],
  ['collector/site.ts', 'collector/control.ts', 'collector/backup.ts', 'collector/recorder.ts'],
  ['collector/restore.ts', 'collector/write.ts', 'collector/secrets.ts'],
  ['collector/readers.ts', 'collector/rehearsing.ts'],
  [
    'collector/calendar.ts',
    'collector/enrolment.ts',
    'collector/restarting.ts',
    'collector/seating.ts',
    'collector/sealing.ts',
    'collector/rosterOf.ts',
    'collector/affairs.ts',
    'collector/belonging.ts',
  ],
  ['collector/news.ts', 'collector/questions.ts', 'collector/shownSettings.ts'],
  ['collector/agentSettings.ts', 'collector/membership.ts', 'collector/starting.ts'],
  ['collector/office.ts', 'collector/ruling.ts'],
  ['collector/assembly.ts'],
  ['collector/port.ts'],
  ['collector/collector.ts'],
  ['collector/commands', 'collector/main.ts'],
  ['dashboards', 'deploy'],
  ['test'],
];

/** Inside the agent: protocols know nothing of readings, and probes nothing of the link. */
const AGENT: readonly (readonly [from: string, mayNot: string])[] = [
  ['agent/protocols/', 'agent/reading.ts'],
  ['agent/protocols/', 'agent/probe.ts'],
  ['agent/probes/', 'agent/link.ts'],
  ['agent/probes/', 'agent/frame.ts'],
  ['agent/probes/', 'agent/outbox.ts'],
];

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter(
    (file) => /^(agent|collector|dashboards|deploy|test)\/.*\.(ts|tsx)$/.test(file) && !file.includes('node_modules'),
  )
  .map((file) => file.replaceAll('\\', '/'));

interface Import {
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

const imports: readonly Import[] = files.flatMap((file) =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const path = /\bfrom '(\.[^']+)'/.exec(text)?.[1] ?? /\bimport\('(\.[^']+)'\)/.exec(text)?.[1];
      return path
        ? [{ file, line: index + 1, target: relative(ROOT, join(ROOT, dirname(file), path)).replaceAll('\\', '/') }]
        : [];
    }),
);

function place(path: string): number {
  return FLOW.findIndex((row) => row.some((stage) => path === stage || path.startsWith(`${stage}/`)));
}

test('every source file has its place in the flow', () => {
  const lost = files.filter((file) => file !== 'vitest.config.ts' && place(file) < 0);
  expect(lost, 'give these a place in FLOW or move them').toEqual([]);
});

test('imports run one way, from the right of the flow to the left', () => {
  const wrong = imports
    // Types alone may be shared with the page that shows them.
    .filter(({ file, target }) => place(target) > place(file))
    .map(({ file, line, target }) => `${file}:${line} imports ${target}, which stands to its right`);
  expect(wrong).toEqual([]);
});

test('the agent knows nothing of the collector, and its protocols nothing of readings', () => {
  const wrong = imports
    .filter(({ file, target }) => AGENT.some(([from, mayNot]) => file.startsWith(from) && target === mayNot))
    .map(({ file, line, target }) => `${file}:${line} imports ${target}`);
  expect(wrong).toEqual([]);
});

test('the collector takes from the agent only the contracts they share', () => {
  const shared = [
    'catalogue',
    'messages',
    'measure',
    'probe',
    'reading',
    'ranges',
    'ticket',
    'fingerprint',
    'seal',
    'runtime',
    'protocols/peer',
  ].map((name) => `agent/${name}.ts`);
  const wrong = imports
    .filter(
      ({ file, target }) =>
        file.startsWith('collector/') &&
        !file.startsWith('collector/commands/') &&
        target.startsWith('agent/') &&
        !shared.includes(target),
    )
    .map(({ file, line, target }) => `${file}:${line} imports ${target}; shared are ${shared.join(', ')}`);
  expect(wrong).toEqual([]);
});
