import { useEffect, useState } from 'preact/hooks';
import type { ReadinessAnswer } from '../../api.ts';
import type { ReasonRow, RoomReadiness } from '../../readinessApi.ts';
import { addressOf } from '../address.ts';
import { get, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { complete, heardAt, rooms, rows } from '../live.ts';
import { fullTime } from '../moments.ts';
import { adviceOf, CAUSE_WORD, deviceName, machineName, when } from '../names.ts';
import { FormFault } from '../parts/form.tsx';
import { Mark } from '../parts/mark.tsx';
import { UnheardRoom } from '../parts/unheard.tsx';

const EVERY_MS = 5_000;

/** Everything that stands between a room and ready, in the order in which to deal with it; it can be printed and walked off. */
export function ReasonsPage({ room }: { readonly room: string }) {
  const [answer, setAnswer] = useState<RoomReadiness | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const load = async (): Promise<void> => {
    const asked = await get<ReadinessAnswer>(`readiness?room=${encodeURIComponent(room)}`);
    if (asked.ok) setAnswer(asked.value.rooms[0] ?? null);
    setFault(asked.ok ? null : asked.fault);
  };
  useEffect(() => {
    document.title = `${say('reasons_title', { room })} · ${say('product')}`;
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (complete.value && rooms.value.every((known) => known.room !== room)) return <UnheardRoom room={room} />;
  return (
    <main class="sheet">
      <h1>{say('reasons_title', { room })}</h1>
      <p class="no-print">
        <a href={addressOf({ page: 'room', room })}>{say('reasons_back')}</a>{' '}
        <button type="button" class="button quiet" onClick={() => window.print()}>
          {say('dossier_print')}
        </button>
      </p>
      <p class="print-only">{say('reasons_as_of', { time: fullTime(heardAt.value ?? Date.now()) })}</p>
      <FormFault fault={fault} />
      {!answer && !fault && <p class="empty">{say('loading')}</p>}
      {answer && answer.reasons.length === 0 && <p class="empty">{say('reasons_none')}</p>}
      {answer && answer.reasons.length > 0 && <Reasons reasons={answer.reasons} />}
      {answer && answer.reasonCount > answer.reasons.length && (
        <p>{say('reasons_more', { n: answer.reasonCount - answer.reasons.length })}</p>
      )}
    </main>
  );
}

function Reasons({ reasons }: { readonly reasons: readonly ReasonRow[] }) {
  return (
    <table class="reasons cards">
      <thead>
        <tr>
          <th scope="col">{say('reasons_where')}</th>
          <th scope="col">{say('reasons_what')}</th>
          <th scope="col">{say('reasons_do')}</th>
          <th scope="col">{say('reasons_from')}</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map((reason) => (
          <tr key={`${reason.rule} ${reason.subject}`}>
            <td>{placeOf(reason)}</td>
            <td>
              <Mark of={reason.state === 'broken' ? 'not-ready' : 'unknown'} /> <strong>{tell(reason.title)}</strong>
              <br />
              <small>{[reason.clause, tell(reason.required)].filter((said) => said !== '').join(' · ')}</small>
              {reason.cause !== null && (
                <>
                  <br />
                  <small>{say('reasons_unknown', { cause: say(CAUSE_WORD[reason.cause]) })}</small>
                </>
              )}
            </td>
            <td data-label={say('reasons_do')}>{adviceOf(reason)}</td>
            <td data-label={say('reasons_from')}>
              {say(FROM_WORD[reason.from])}
              {reason.since !== null && (
                <>
                  <br />
                  <small>{say('reasons_since', { time: when(reason.since) })}</small>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const FROM_WORD = {
  now: 'reasons_now',
  rehearsal: 'reasons_rehearsal',
  before: 'reasons_before',
  during: 'reasons_during',
  after: 'reasons_after',
} as const;

/** The seat's name, a device's, or that it is the whole room's or site's. */
function placeOf({ scope, subject, seat }: ReasonRow): string {
  if (scope === 'site' || scope === 'room') return say(scope === 'site' ? 'reasons_site' : 'reasons_room');
  if (seat !== null) return say('seat_name', { seat });
  const machine = rows.value.machines.get(subject);
  const device = rows.value.devices.get(subject);
  return machine ? machineName(machine) : device ? deviceName(device) : subject;
}
