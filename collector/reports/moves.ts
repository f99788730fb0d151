import type { Desk } from './parts.ts';

/** A seat that changed its machine, in words. */
export interface Move {
  readonly at: number;
  readonly room: string | null;
  readonly what: string;
  readonly by: string;
}

interface MoveBody {
  readonly act: string;
  readonly room?: string;
  readonly seat?: string | null;
  readonly spare?: string | null;
  readonly before?: { readonly room: string; readonly seat: string | null };
  readonly by?: unknown;
}

/** Spares promoted to a candidate's seat, and machines that exchanged theirs; each once. */
export function* movesOf({ reading, voice, names }: Desk, from: number, to: number): Generator<Move> {
  const having = { member: 'act', oneOf: ['promoted', 'swapped'] };
  // Of a swap both machines have an entry.
  let twin = '';
  for (const { at, subject, body } of reading.entries({ kinds: ['machine'], from, to, having })) {
    const { act, room = null, seat, spare, before, by } = body as unknown as MoveBody;
    const told = { at, room: room ?? null, by: names.account(by) };
    const seatOf = (label: string | null | undefined): string => label ?? '—';
    if (act === 'promoted') {
      yield {
        ...told,
        what: voice.say('move_promoted', {
          room: room ?? '',
          seat: seatOf(seat),
          spare: spare ?? names.machine(subject ?? '')?.hostname ?? '—',
        }),
      };
      continue;
    }
    if (twin === `${at} ${subject ?? ''}`) continue;
    twin = `${at} ${String(body['with'])}`;
    yield {
      ...told,
      what: voice.say('move_swapped', {
        room: before?.room ?? '',
        seat: seatOf(before?.seat),
        other: room ?? '',
        otherSeat: seatOf(seat),
      }),
    };
  }
}
