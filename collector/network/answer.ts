import { drillRow, type DrillRow } from '../drills/drills.ts';
import type { DrillBook } from '../drills/drill.ts';
import type { UplinkLive, UplinkProofs } from './uplink.ts';

/** What the command `prove` asks of the running collector. */
export type UplinkQuestion =
  | { readonly act: 'ready' | 'start'; readonly room: string }
  | { readonly act: 'show' | 'stop'; readonly id: string };

/** @param account stands in the record as who did it */
export async function answerUplink(
  uplink: UplinkProofs,
  book: DrillBook,
  question: UplinkQuestion,
  account: string,
): Promise<Readonly<Record<string, unknown>>> {
  switch (question.act) {
    case 'ready':
      return { ...uplink.ready(question.room) };
    case 'start': {
      const started = await uplink.start(question.room, account);
      return 'refused' in started ? { checks: started.refused } : { drill: drillRow(started) };
    }
    case 'stop':
    case 'show': {
      if (question.act === 'stop') await uplink.stop(question.id);
      return { ...shown(uplink, book, question.id) };
    }
  }
  return question satisfies never;
}

export function shown(
  uplink: UplinkProofs,
  book: DrillBook,
  id: string,
): { readonly drill: DrillRow | null; readonly live: UplinkLive | null } {
  const drill = book.get(id);
  return { drill: drill?.kind === 'throughput' ? drillRow(drill) : null, live: uplink.live(id) };
}
