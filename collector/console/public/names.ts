/** What closed sets of the collector are called on the page, in the page's language. */
import type { DeviceRow, MachineRow, Readiness, VerdictRow } from '../api.ts';
import { language, say, tell } from './language.ts';
import { shortTime } from './moments.ts';
import { isUnread, type Reason, type Tile } from './room.ts';
import { facts, heardAt } from './live.ts';
import { NOTHING, showObserved } from './values.ts';
import { WORDS, type Word } from './words.ts';

export const READINESS_WORD = {
  ready: 'ready',
  'not-ready': 'not_ready',
  unknown: 'unknown',
} as const satisfies Record<Readiness, Word>;

export const STATE_WORD = {
  holds: 'holds',
  broken: 'broken',
  unknown: 'unknown',
  attested: 'attested',
  waived: 'waived',
  'not-due': 'not_due',
} as const satisfies Record<VerdictRow['state'], Word>;

export const CAUSE_WORD = {
  silent: 'cause_silent',
  waiting: 'cause_waiting',
  missing: 'cause_missing',
  stale: 'cause_stale',
  unknown_when: 'cause_unknown_when',
  person: 'cause_person',
  'no-answer': 'cause_no_answer',
} as const satisfies Record<NonNullable<VerdictRow['cause']>, Word>;

export const ROLE_WORD = {
  candidate: 'role_candidate',
  spare: 'role_spare',
  server: 'role_server',
  standby: 'role_standby',
  gateway: 'role_gateway',
} as const satisfies Record<MachineRow['role'], Word>;

/** `UPS 电源`; a kind the page has no word for is shown as the settings spell it. */
export function kindName(kind: string): string {
  const word = `kind_${kind}`;
  return word in WORDS ? say(word as Word) : kind;
}

/** `座位 17`, or the host name of a machine without a seat. */
export function machineName(machine: MachineRow): string {
  return machine.seat === null ? machine.hostname : say('seat_name', { seat: machine.seat });
}

export function deviceName(device: DeviceRow): string {
  return `${kindName(device.kind)} ${device.id}`;
}

export function tileName(tile: Tile): string {
  return tile.machine ? machineName(tile.machine) : tile.device ? deviceName(tile.device) : tile.id;
}

/** `win32 10.0.19045 x64` → `Windows 10.0.19045 x64`: the first word is what programs call a system. */
export function platformName(platform: string): string {
  return platform.replace(/^(?:win32|linux|darwin)/, (name) => SYSTEMS[name] ?? name);
}

const SYSTEMS: Readonly<Record<string, string>> = { win32: 'Windows', linux: 'Linux', darwin: 'macOS' };

/** What to do about it, in the page's language. */
export function adviceOf(row: Parameters<typeof isUnread>[0] & Pick<VerdictRow, 'advice'>): string {
  return isUnread(row) ? say('advice_unread') : tell(row.advice);
}

/** A moment as short as it can be understood now. */
export function when(at: number): string {
  return shortTime(at, heardAt.value ?? Date.now());
}

/** The one worst thing in plain words: what it is, what was seen of it, what it should be; `''` where nothing is to say. */
export interface Words {
  readonly what: string;
  readonly seen: string;
  readonly needed: string;
}

export function reasonWords(reason: NonNullable<Reason>): Words {
  switch (reason.kind) {
    case 'silent':
      return {
        what: say('not_heard'),
        seen: reason.since === null ? '' : say('since', { time: when(reason.since) }),
        needed: '',
      };
    case 'waited-for':
      return { what: say('waited_for'), seen: '', needed: '' };
    case 'verdict':
      return verdictWords(reason.row);
    default:
      return reason satisfies never;
  }
}

function verdictWords(row: VerdictRow): Words {
  const what = tell(row.title);
  if (row.state === 'unknown') return { what, seen: say(CAUSE_WORD[row.cause ?? 'missing']), needed: '' };
  const needed = say('required_is', { required: tell(row.required) });
  return { what, seen: telling(row.observed)[0] ?? '', needed: unbroken(needed) };
}

/** Observed values that say something without their label: no bare yes or no, no count of nothing. */
export function telling(observed: VerdictRow['observed']): readonly string[] {
  return showObserved(observed, facts.value, language.value)
    .filter((line) => line.known && !line.bare && line.shown !== NOTHING && line.shown !== '0')
    .map((line) => line.shown);
}

/** Keeps a sign, its number and its unit on one line. */
function unbroken(said: string): string {
  return said.replace(/([≥≤<>]) (?=\d)/g, '$1\u00a0').replace(/(\d) (?=[A-Za-z%°])/g, '$1\u00a0');
}
