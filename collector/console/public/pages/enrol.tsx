import { useEffect, useState } from 'preact/hooks';
import type { MachineRow } from '../../api.ts';
import { change, type Fault } from '../ask.ts';
import { Copyable } from '../parts/copyable.tsx';
import { BundleButton } from '../parts/bundle.tsx';
import { Field, FormFault, valuesIn, valuesOf } from '../parts/form.tsx';
import { RoleSelect, RoomInput } from '../parts/place.tsx';
import { SeatListForm } from '../parts/seatList.tsx';
import { WaitingMachines } from '../parts/waiting.tsx';
import { say } from '../language.ts';
import { heardAt, may, rows, site } from '../live.ts';
import { machineName, ROLE_WORD, when } from '../names.ts';
import { addressOf } from '../address.ts';
import { shownRoom } from '../shown.ts';

interface Ticket {
  readonly room: string;
  readonly role: MachineRow['role'];
  readonly uses: number;
  readonly days: number;
  /** The ticket itself, and the command line that uses it, as the collector spells it. */
  readonly ticket: string;
  readonly command: string;
  readonly onlyHere: boolean;
  readonly madeAt: number;
}

/** How machines get in: a ticket for a room, what to type on the machine, and who has arrived with it. */
export function EnrolPage() {
  const [ticket, setTicket] = useState<Ticket | null>(null);
  useEffect(() => {
    document.title = `${say('enrol')} · ${say('product')}`;
  });
  if (!may('make-ticket')) {
    return (
      <main class="sheet narrow">
        <h1>{say('enrol')}</h1>
        <p>
          {say(site.value?.account ? 'not_allowed' : 'sign_in_first')}{' '}
          {!site.value?.account && <a href={addressOf({ page: 'sign-in' })}>{say('sign_in')}</a>}
        </p>
      </main>
    );
  }
  return (
    <main class="sheet">
      <h1>{say('enrol')}</h1>
      <WaitingMachines />
      <p>{say('enrol_about')}</p>
      <p>{say('bundle_about')}</p>
      <TicketForm onTicket={setTicket} />
      {ticket && <TicketMade ticket={ticket} />}
      {may('import-seats') && <SeatListForm />}
    </main>
  );
}

function TicketForm({ onTicket }: { readonly onTicket: (ticket: Ticket) => void }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const make = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const asked = wishOf(values);
    setBusy(true);
    const answer = await change<Pick<Ticket, 'ticket' | 'command' | 'onlyHere'>>('POST', 'tickets', asked);
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) onTicket({ ...asked, ...answer.value, madeAt: heardAt.value ?? Date.now() });
  };
  return (
    <form class="row-form" onSubmit={(event) => void make(valuesOf(event))}>
      <Field name="room" label={say('room')}>
        <RoomInput initial={shownRoom.value ?? ''} />
      </Field>
      <Field name="role" label={say('role')}>
        <RoleSelect initial="candidate" />
      </Field>
      <Field name="uses" label={say('uses')}>
        <input id="uses" name="uses" type="number" required min={1} max={1000} defaultValue="45" />
      </Field>
      <Field name="days" label={say('days')}>
        <input id="days" name="days" type="number" required min={1} max={366} defaultValue="14" />
      </Field>
      <button type="submit" class="button main" disabled={busy}>
        {say('make_ticket')}
      </button>
      <BundleButton wish={(form) => wishOf(valuesIn(form))} />
      <FormFault fault={fault} />
    </form>
  );
}

function wishOf(values: Readonly<Record<string, string>>) {
  return {
    room: (values['room'] ?? '').trim(),
    role: values['role'] as MachineRow['role'],
    uses: Number(values['uses']),
    days: Number(values['days']),
  };
}

function TicketMade({ ticket }: { readonly ticket: Ticket }) {
  const { room, uses, days } = ticket;
  return (
    <section class="ticket" aria-live="polite">
      <h2>{say('ticket_ready', { room, role: say(ROLE_WORD[ticket.role]), uses, days })}</h2>
      {ticket.onlyHere && (
        <p class="form-fault" role="alert">
          {say('ticket_only_here')}
        </p>
      )}
      <p>{say('ticket_step_1')}</p>
      <Copyable label={say('ticket_text')} text={ticket.ticket} />
      <p>{say('ticket_step_2')}</p>
      <Copyable label={say('ticket_step_2')} text={ticket.command} />
      <p>{say('ticket_step_3')}</p>
      <Arrived room={room} since={ticket.madeAt} />
      <p class="quiet-text">{say('ticket_secret')}</p>
    </section>
  );
}

function Arrived({ room, since }: { readonly room: string; readonly since: number }) {
  const arrived = [...rows.value.machines.values()].filter((row) => row.room === room && row.enrolledAt >= since);
  if (arrived.length === 0) return <p class="arrived">{say('nobody_arrived')}</p>;
  return (
    <div class="arrived">
      <p>{say('arrived', { n: arrived.length })}</p>
      <ul>
        {arrived.map((machine) => (
          <li key={machine.id}>
            <a href={addressOf({ page: 'subject', id: machine.id })}>
              {machineName(machine)} · {machine.seat === null ? say('no_seat') : machine.hostname} ·{' '}
              {when(machine.enrolledAt)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
