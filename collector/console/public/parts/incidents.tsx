import { useState } from 'preact/hooks';
import { scopedOf } from '../../../identity/scopes.ts';
import type { IncidentRow } from '../../api.ts';
import { change, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { apply, link, may, rows, site } from '../live.ts';
import { deviceName, machineName, telling, when } from '../names.ts';
import { addressOf } from '../address.ts';
import { MuteButton } from './banners.tsx';
import { answererName } from './paging.tsx';

/** So many are always in view; the rest is one press away, so that the seats stay on the screen. */
export const INCIDENTS_SHOWN = 2;

interface IncidentsProps {
  readonly incidents: readonly IncidentRow[];
  readonly all: boolean;
}

export function Incidents({ incidents, all }: IncidentsProps) {
  return (
    <section class={all ? 'incidents is-all' : 'incidents'} aria-label={say('incidents')} aria-live="polite">
      {(all ? incidents : incidents.slice(0, INCIDENTS_SHOWN)).map((incident) => (
        <Incident key={incident.id} incident={incident} />
      ))}
    </section>
  );
}

function Incident({ incident }: { readonly incident: IncidentRow }) {
  const isUrgent = incident.urgency === 'urgent';
  const seen = telling(incident.observed)[0];
  return (
    <article class={`incident ${isUrgent ? 'is-urgent' : ''} ${incident.acknowledgedAt === null ? '' : 'is-taken'}`}>
      <p class="incident-what">
        {isUrgent && <strong class="tag urgent">{say('urgent')}</strong>}
        {incident.simulated && <span class="tag">{say('simulated')}</span>}
        <Subject incident={incident} />
        <strong>
          {tell(incident.title)}
          {incident.kind === 'broken' && `${say('colon')}${say('broken')}`}
        </strong>
        <span class="quiet-text">
          {seen !== undefined && `${seen} · `}
          {say('since', { time: when(incident.openedAt) })}
        </span>
      </p>
      <p class="incident-advice" title={tell(incident.advice)}>
        {tell(incident.advice)}
      </p>
      <Acknowledge incident={incident} />
    </article>
  );
}

function Subject({ incident }: { readonly incident: IncidentRow }) {
  const { subject } = incident;
  if (subject === null) return null;
  const machine = rows.value.machines.get(subject);
  const device = rows.value.devices.get(subject);
  const name = machine ? machineName(machine) : device ? deviceName(device) : null;
  if (name !== null) return <a href={addressOf({ page: 'subject', id: subject })}>{name}</a>;
  const scoped = scopedOf(subject);
  if (scoped)
    return <span>{scoped.room === null ? say('subject_site') : say('room_name', { room: scoped.room })}</span>;
  return <span>{incident.seat === null ? subject : say('seat_name', { seat: incident.seat })}</span>;
}

function Acknowledge({ incident }: { readonly incident: IncidentRow }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  // While the collector is lost its banner has the button.
  const mute = incident.urgency === 'urgent' && link.value !== 'lost' && <MuteButton />;
  if (incident.acknowledgedAt !== null) {
    const values = { name: answererName(incident.acknowledgedBy ?? ''), time: when(incident.acknowledgedAt) };
    return <span class="incident-act quiet-text">{say('acknowledged_by', values)}</span>;
  }
  if (!site.value?.account) {
    return (
      <span class="incident-act">
        {mute}
        <a href={addressOf({ page: 'sign-in' })}>{say('sign_in_to_acknowledge')}</a>
      </span>
    );
  }
  if (!may('acknowledge')) return <span class="incident-act">{mute}</span>;
  const acknowledge = async (): Promise<void> => {
    setBusy(true);
    const path = `incidents/${encodeURIComponent(incident.id)}/acknowledge`;
    const answer = await change<IncidentRow>('POST', path, {});
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) apply({ incidents: [answer.value] });
  };
  return (
    <span class="incident-act">
      {fault && <span role="alert">{tell(fault.message)}</span>}
      {mute}
      <button type="button" class="button" disabled={busy} onClick={() => void acknowledge()}>
        {say('acknowledge')}
      </button>
    </span>
  );
}
