import { dirname, join } from 'node:path';
import { openCanary, type Canary, type CanaryState } from '../canary/canary.ts';
import { linuxMarks, shortened } from '../canary/linux.ts';
import type { Mark, Marks } from '../canary/marks.ts';
import type { Host } from '../host.ts';
import type { Probe } from '../probe.ts';
import type { Answer, Facts } from '../reading.ts';
import { windowsMarks } from '../windows/marks.ts';

/**
 * The rollback canary: at each start of the system it notes which mark it finds and writes a new one. The collector
 * remembers the marks that it was told of; a machine that comes back with an older one has been put back.
 */
export const probe: Probe = canaryProbe(monotonic);

/** A probe with a memory of its own; `now` is the agent's monotonic ms. */
export function canaryProbe(now: () => number): Probe {
  let opened: Promise<Opened | null> | null = null;
  return {
    name: 'canary',
    platforms: ['linux', 'win32'],
    everySeconds: 60,
    staleAfterSeconds: 600,
    timeLimitMs: 10_000,
    facts: {
      boot: { type: 'string', largest: 16, about: { zh: '本次开机的代号', en: 'Names this start of the system' } },
      sequence: { type: 'number', least: 1, about: { zh: '本次开机的序号', en: 'Number of this start' } },
      nonce: { type: 'string', largest: 16, about: { zh: '本次开机的记号', en: 'What this start was marked with' } },
      settled: {
        type: 'boolean',
        about: { zh: '本次记号已可靠写入', en: 'The mark of this start is on the disk for certain' },
      },
      install: {
        type: 'string',
        largest: 16,
        about: { zh: '代理程序的安装批次', en: 'Which installation of the agent' },
      },
      system: {
        type: 'string',
        largest: 16,
        about: { zh: '操作系统的安装批次', en: 'Which installation of the system' },
      },
      boot_id: {
        type: 'number',
        least: 0,
        about: { zh: 'Windows 自己的开机计数', en: 'The count of its starts that Windows keeps' },
      },
    },
    part: {
      kind: 'mark',
      facts: {
        found: { type: 'boolean', about: { zh: '开机时此处有记号', en: 'A mark was here at the start' } },
        found_sequence: { type: 'number', least: 1, about: { zh: '开机时此处的序号', en: 'Its number' } },
        found_nonce: { type: 'string', largest: 16, about: { zh: '开机时此处的记号', en: 'What it was' } },
        written: { type: 'boolean', about: { zh: '本次记号已写入此处', en: 'The mark of this start is here' } },
      },
    },
    async ask(host) {
      opened ??= open(host, now);
      const { canary, marks, install } = (await opened) ?? {};
      const state = (await canary?.ask()) ?? null;
      return state === null || !marks ? { facts: NOTHING } : answerOf(state, marks, install ?? null);
    },
  };
}

/** What the canary has to say, as facts. */
export function answerOf(state: CanaryState, marks: Pick<Marks, 'system' | 'bootId'>, install: string | null): Answer {
  const { boot, sequence, nonce, settled, found, written } = state;
  return {
    facts: { boot, sequence, nonce, settled, install, system: marks.system, boot_id: marks.bootId() },
    parts: Object.fromEntries(
      Object.entries(found).map(([name, mark]) => [`mark:${name}`, partOf(mark, written[name] ?? false)]),
    ),
  };
}

const NOTHING: Facts = {
  boot: null,
  sequence: null,
  nonce: null,
  settled: null,
  install: null,
  system: null,
  boot_id: null,
};

function partOf(mark: Mark | 'none' | null, written: boolean): Facts {
  if (mark === null) return { found: null, found_sequence: null, found_nonce: null, written };
  if (mark === 'none') return { found: false, found_sequence: null, found_nonce: null, written };
  return { found: true, found_sequence: mark.sequence, found_nonce: mark.nonce, written };
}

interface Opened {
  readonly canary: Canary;
  readonly marks: Marks;
  readonly install: string | null;
}

/** An agent that keeps nothing, as the one of a report that only reads, marks nothing. */
async function open(host: Host, now: () => number): Promise<Opened | null> {
  if (host.folder === undefined) return null;
  const marks = host.windows ? await windowsMarks(host.windows) : await linuxMarks(host, host.folder);
  if (marks === null) return null;
  // Written by an installer, each time another one: whoever installs anew has cleared away, and nothing was put back.
  const install = shortened(await host.text(join(dirname(process.argv[1] ?? '.'), 'install-id'), 100));
  return { canary: openCanary(marks, now), marks, install };
}

function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
