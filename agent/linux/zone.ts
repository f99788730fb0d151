import type { Host } from '../host.ts';

/** A time zone by its name, and its offset from UTC at one moment, east of it positive. */
export interface Zone {
  readonly name: string | null;
  readonly offsetSeconds: number | null;
}

/**
 * The system's time zone now. Not from `Intl`, which costs each agent 8 MB of memory, nor from the process, which keeps
 * the zone it started in.
 */
export async function readZone(host: Host): Promise<Zone> {
  const link = await host.link('/etc/localtime');
  const named = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(link ?? '')?.[1];
  const name = named ?? (await host.text('/etc/timezone'))?.trim() ?? null;
  const data = await host.bytes('/etc/localtime');
  return { name: name === '' ? null : name, offsetSeconds: data === null ? null : offsetAt(data, host.now()) };
}

/**
 * The offset in seconds that a zone file holds for that moment, or null: not a zone file, or a moment past its last
 * entry in a zone whose summer time goes on for ever by rule.
 *
 * TZif (RFC 9636): a 44-byte heading with counts, then entries; version 2 repeats both with 64-bit times and ends in a
 * rule as a POSIX TZ text, for example `CST-8`.
 */
export function offsetAt(file: Buffer, now: number): number | null {
  const first = readCounts(file, 0);
  if (first === null) return null;
  const second = first.version >= 2 ? readCounts(file, first.start + blockSize(first, 4)) : null;
  // The first block of a newer file may be a mere husk.
  if (first.version >= 2 && second === null) return null;
  const block = second ?? first;
  const width = second === null ? 4 : 8;
  const types = block.start + block.times * (width + 1);
  const end = block.start + blockSize(block, width);
  if (block.types === 0 || end > file.length) return null;

  const seconds = Math.floor(now / 1000);
  const time = (index: number): number =>
    width === 8 ? Number(file.readBigInt64BE(block.start + index * 8)) : file.readInt32BE(block.start + index * 4);
  let passed = 0;
  while (passed < block.times && time(passed) <= seconds) passed++;
  if (passed === block.times && second !== null) {
    const rule = file.toString('latin1', end).trim();
    if (rule !== '') return offsetOfRule(rule);
  }
  const type = passed === 0 ? 0 : file.readUInt8(block.start + block.times * width + passed - 1);
  return type < block.types ? file.readInt32BE(types + type * 6) : null;
}

interface Counts {
  readonly version: number;
  readonly times: number;
  readonly types: number;
  readonly characters: number;
  readonly leaps: number;
  readonly standards: number;
  readonly universals: number;
  /** Where the entries begin. */
  readonly start: number;
}

function readCounts(file: Buffer, at: number): Counts | null {
  if (at + 44 > file.length || file.toString('latin1', at, at + 4) !== 'TZif') return null;
  const count = (index: number): number => file.readUInt32BE(at + 20 + index * 4);
  return {
    version: Number(file.toString('latin1', at + 4, at + 5)) || 1,
    universals: count(0),
    standards: count(1),
    leaps: count(2),
    times: count(3),
    types: count(4),
    characters: count(5),
    start: at + 44,
  };
}

function blockSize({ times, types, characters, leaps, standards, universals }: Counts, width: number): number {
  return times * (width + 1) + types * 6 + characters + leaps * (width + 4) + standards + universals;
}

/** `CST-8` and `<+0545>-5:45` count westwards; a rule with summer time goes on behind that. */
function offsetOfRule(rule: string): number | null {
  const [, sign, hours, minutes = '0', seconds = '0'] =
    /^(?:<[^>]+>|[A-Za-z]+)([+-]?)(\d{1,3})(?::(\d{2}))?(?::(\d{2}))?$/.exec(rule) ?? [];
  if (hours === undefined) return null;
  const west = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' || west === 0 ? west : -west;
}
