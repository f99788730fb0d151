import { ownerOf } from '../agent/reading.ts';
import type { Arrival, FrameArrival } from './gateway/arrival.ts';
import { rawLine } from './history/blocks.ts';
import type { RawLine } from './history/history.ts';

/** The readings of a beat, as they are kept for a week. */
export function rawLines(arrivals: readonly Arrival[]): RawLine[] {
  const lines: RawLine[] = [];
  for (const arrival of arrivals) if (arrival.kind === 'frame') addLines(lines, arrival);
  return lines;
}

/** One for the machine, and one for each device that it speaks of. */
function addLines(lines: RawLine[], { machine, moment, frame }: FrameArrival): void {
  const late = frame.lane === 'backlog';
  const told = new Map([[machine, '']]);
  for (const path in frame.facts) {
    const owner = subjectId(machine, ownerOf(path));
    const before = told.get(owner) ?? '';
    const comma = before === '' ? '' : ',';
    const facts = JSON.stringify(frame.facts[path]);
    told.set(owner, `${before}${comma}${JSON.stringify(subjectId(machine, path))}:${facts}`);
  }
  for (const [owner, facts] of told) {
    if (facts !== '' || told.size === 1) lines.push(rawLine(machine, moment.wall, late, owner, facts));
  }
}

/** The site-wide id of what a machine calls `nic:eth0` or `device:ups-1`. */
export function subjectId(machine: string, path: string): string {
  if (path === '') return machine;
  return path.startsWith('device:') ? path.slice('device:'.length) : `${machine}/${path}`;
}
