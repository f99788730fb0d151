import type { Fingerprint } from '../../agent/messages.ts';

/**
 * Whether two fingerprints are of one machine. `perhaps`: nothing contradicts or only the network cards do, but what
 * agrees may be printed on many boards; then it is the same machine only while the known one is silent.
 */
export type Likeness = 'same' | 'perhaps' | 'other';

/**
 * The rule. A UUID or a board's number alone proves nothing: whole batches of boards carry the same one ("Default
 * string", all zeros), and cheap disks share serial numbers; only network cards are told apart reliably. So what is
 * present on both sides has to agree, and:
 *
 * - Cards agree (more than half of the smaller set, so that one dongle carried from desk to desk is not enough): the
 *   same, unless two or more of board, UUID and disk differ, or one differs and none agrees. A new disk, or a UUID that
 *   a BIOS update changed, is repaired hardware; a disk in another PC is not.
 * - Cards all differ: `perhaps` when board, UUID and disk are all there and agree (a swapped card, or a batch of
 *   boards and disks with the same numbers), else another.
 * - Cards say nothing (none read, or half of them shared): none may differ, and the disk with the board or the UUID
 *   must agree; `same` when a card is shared too, else `perhaps`.
 * - Two equal fingerprints without cards are `perhaps`: a machine must know itself again, but cannot prove it is one.
 *   So is one of which nothing could be read: a failed reading must not cost a machine its identity.
 */
export function likeness(known: Fingerprint, seen: Fingerprint): Likeness {
  const pairs = [
    compare(known.board, seen.board),
    compare(known.uuid, seen.uuid),
    compare(known.disk, seen.disk),
  ] as const;
  const agree = pairs.filter((pair) => pair === 'agree').length;
  const differ = pairs.filter((pair) => pair === 'differ').length;
  const cards = compareCards(known.macs, seen.macs);
  switch (cards) {
    case 'agree':
      return differ === 0 || (differ === 1 && agree > 0) ? 'same' : 'other';
    case 'differ':
      return agree === 3 ? 'perhaps' : 'other';
    case 'some':
    case 'absent':
      if (differ > 0) return 'other';
      if (pairs[2] === 'agree' && agree > 1) return cards === 'some' ? 'same' : 'perhaps';
      return isEqual(known, seen) || isEmpty(known) || isEmpty(seen) ? 'perhaps' : 'other';
    default:
      return cards satisfies never;
  }
}

/** What is known after seeing the machine again: what could not be read this time is not forgotten. */
export function merge(known: Fingerprint, seen: Fingerprint): Fingerprint {
  return {
    board: seen.board ?? known.board,
    uuid: seen.uuid ?? known.uuid,
    disk: seen.disk ?? known.disk,
    macs: seen.macs.length > 0 ? seen.macs : known.macs,
  };
}

export function isEqual(left: Fingerprint, right: Fingerprint): boolean {
  return (
    left.board === right.board &&
    left.uuid === right.uuid &&
    left.disk === right.disk &&
    left.macs.length === right.macs.length &&
    left.macs.every((mac) => right.macs.includes(mac))
  );
}

function isEmpty({ board, uuid, disk, macs }: Fingerprint): boolean {
  return board === null && uuid === null && disk === null && macs.length === 0;
}

function compare(left: string | null, right: string | null): 'agree' | 'differ' | 'absent' {
  if (left === null || right === null) return 'absent';
  return left === right ? 'agree' : 'differ';
}

function compareCards(left: readonly string[], right: readonly string[]): 'agree' | 'some' | 'differ' | 'absent' {
  if (left.length === 0 || right.length === 0) return 'absent';
  const shared = left.filter((mac) => right.includes(mac)).length;
  if (shared === 0) return 'differ';
  return shared * 2 > Math.min(left.length, right.length) ? 'agree' : 'some';
}
