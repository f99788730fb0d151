import { useState } from 'preact/hooks';
import type { SeatImport } from '../../desk.ts';
import { change, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { Field, FormFault } from './form.tsx';
import { RoomInput } from './place.tsx';
import { shownRoom } from '../shown.ts';
import { WORDS } from '../words.ts';

/** A list of seats from a spreadsheet: all of it is taken, or nothing and every fault is shown with its line. */
export function SeatListForm() {
  const [fault, setFault] = useState<Fault | null>(null);
  const [done, setDone] = useState<SeatImport | null>(null);
  const [busy, setBusy] = useState(false);
  const take = async (form: HTMLFormElement): Promise<void> => {
    const file = form.querySelector<HTMLInputElement>('#seat-list')?.files?.[0];
    const room = form.querySelector<HTMLInputElement>('#room')?.value.trim() ?? '';
    if (!file) return;
    setBusy(true);
    const text = await base64Of(file).catch(() => null);
    if (text === null) {
      setBusy(false);
      return setFault({ status: 0, message: WORDS.file_changed });
    }
    const body = { file: text, ...(room === '' ? {} : { room }) };
    const answer = await change<SeatImport>('POST', 'seats/import', body);
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    setDone(answer.ok ? answer.value : null);
  };
  return (
    <section class="ticket">
      <h2>{say('seat_list')}</h2>
      <p>{say('seat_list_about')}</p>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          void take(event.currentTarget);
        }}
      >
        <Field name="seat-list" label={say('seat_list_file')}>
          <input id="seat-list" name="seat-list" type="file" accept=".csv,.txt,text/csv" required />
        </Field>
        <Field name="room" label={say('seat_list_room')}>
          <RoomInput initial={shownRoom.value ?? ''} />
        </Field>
        <button type="submit" class="button main" disabled={busy}>
          {say('seat_list_take')}
        </button>
        <FormFault fault={fault} />
      </form>
      {fault?.faults && (
        <ul>
          {fault.faults.map((each) => (
            <li key={`${each.line} ${each.en}`}>
              {each.line > 0 && say('seat_list_line', { n: each.line })} {tell(each)}
            </li>
          ))}
        </ul>
      )}
      {done && <Taken done={done} />}
    </section>
  );
}

function Taken({ done }: { readonly done: SeatImport }) {
  const { rooms, seats, seated, waiting, displaced, unclear } = done;
  return (
    <div aria-live="polite">
      <p>
        {say('seat_list_done', {
          rooms: rooms.join(say('list_comma')),
          seats,
          seated,
          waiting,
          displaced: displaced.length,
        })}
      </p>
      <ul>
        {unclear.map(({ line, room, seat, why }) => (
          <li key={line}>
            {say('seat_list_line', { n: line })} {room}/{seat}
            {say('colon')}
            {tell(why)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The bytes as they are: the list may be in GBK. */
async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  // In pieces: a call takes so many arguments only.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
