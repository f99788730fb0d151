import { useEffect, useState } from 'preact/hooks';
import type { AnnouncedRestart } from '../../../sessions/restarts.ts';
import type { NeededRestart, RestartsAnswer } from '../../restartsApi.ts';
import { addressOf } from '../address.ts';
import { change, get, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { facts, may, rows } from '../live.ts';
import { machineName, when } from '../names.ts';
import { Field, FormFault, valuesOf } from '../parts/form.tsx';
import { RoomInput } from '../parts/place.tsx';
import { compareLabels } from '../room.ts';
import { shownRoom } from '../shown.ts';

const EVERY_MS = 5_000;

/** Which machines still need a restart before the exam, and restarts that are going on. */
export function RestartsPage() {
  const [answer, setAnswer] = useState<RestartsAnswer | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const load = async (): Promise<void> => {
    const asked = await get<RestartsAnswer>('restarts');
    if (asked.ok) setAnswer(asked.value);
    setFault(asked.ok ? null : asked.fault);
  };
  useEffect(() => {
    document.title = `${say('restarts')} · ${say('product')}`;
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main class="sheet">
      <h1>{say('restarts')}</h1>
      <p>{say('restarts_about')}</p>
      <FormFault fault={fault} />
      {answer && <Announced restarts={answer.announced} changed={load} />}
      {answer && may('announce-restart') && <AnnounceForm needed={answer.needed} changed={load} />}
      {answer && <NotBack machines={answer.needed} />}
      {answer && <Needed machines={answer.needed} />}
    </main>
  );
}

interface Changed {
  readonly changed: () => Promise<void>;
}

function AnnounceForm({ needed, changed }: Changed & { readonly needed: readonly NeededRestart[] }) {
  const [fault, setFault] = useState<Fault | null>(null);
  const announce = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const room = (values['room'] ?? '').trim();
    const machines = needed.filter((row) => row.room === room).map(({ id }) => id);
    const only = values['only'] === 'on' && machines.length > 0 ? { machines } : {};
    const said = await change('POST', 'restarts', { room, minutes: Number(values['minutes']), ...only });
    setFault(said.ok ? null : said.fault);
    await changed();
  };
  return (
    <section class="ticket">
      <h2>{say('restart_announce')}</h2>
      <p>{say('restart_announce_about')}</p>
      <form class="row-form" onSubmit={(event) => void announce(valuesOf(event))}>
        <Field name="room" label={say('room')}>
          <RoomInput initial={shownRoom.value ?? ''} />
        </Field>
        <Field name="minutes" label={say('minutes')}>
          <input id="minutes" name="minutes" type="number" required min={1} max={120} defaultValue="15" />
        </Field>
        <label class="check field">
          <input name="only" type="checkbox" /> {say('restart_only_needed')}
        </label>
        <button type="submit" class="button main">
          {say('restart_announce')}
        </button>
        <FormFault fault={fault} />
      </form>
    </section>
  );
}

function Announced({ restarts, changed }: Changed & { readonly restarts: readonly AnnouncedRestart[] }) {
  const end = async (id: string): Promise<void> => {
    await change('POST', `restarts/${encodeURIComponent(id)}/end`, {});
    await changed();
  };
  return (
    <>
      {restarts.slice(0, 5).map((restart) => (
        <section key={restart.id} class="ticket" aria-live="polite">
          <h2>
            {restart.endedAt === null
              ? say('restart_going', { room: restart.room, time: when(restart.until) })
              : say('restart_over', { room: restart.room, time: when(restart.endedAt) })}
          </h2>
          <ul>
            {groupsOf(restart).map(([state, names]) => (
              <li key={state}>
                {say(`comeback_${state}`)}
                {say('colon')}
                {names.join(say('list_comma'))}
              </li>
            ))}
          </ul>
          {restart.endedAt === null && may('announce-restart') && (
            <button type="button" class="button" onClick={() => void end(restart.id)}>
              {say('restart_end')}
            </button>
          )}
        </section>
      ))}
    </>
  );
}

const ORDER = ['not-back', 'same-start', 'not-restarted', 'away', 'here', 'back'] as const;

/** Names by how it went, what needs a person first. */
function groupsOf({ machines }: AnnouncedRestart) {
  return ORDER.flatMap((state) => {
    const ids = Object.keys(machines).filter((id) => machines[id]?.state === state);
    return ids.length === 0 ? [] : [[state, ids.map(nameOf).sort(compareLabels)] as const];
  });
}

function nameOf(id: string): string {
  const machine = rows.value.machines.get(id);
  return machine ? machineName(machine) : id;
}

/** Installed, gone, and not seen since: what an installation under a protection that was on looks like. */
function NotBack({ machines }: { readonly machines: readonly NeededRestart[] }) {
  const away = sortedOf(machines.filter(({ notBackSince }) => notBackSince !== null));
  if (away.length === 0) return null;
  return (
    <section class="not-back">
      <h2>{say('restart_not_back', { n: away.length })}</h2>
      <p>{say('restart_not_back_advice')}</p>
      <ul>
        {away.map((row) => (
          <li key={row.id}>
            <a href={addressOf({ page: 'subject', id: row.id })}>
              {row.room}/{row.seat ?? row.hostname}
            </a>
            {say('colon')}
            {say('restart_away_since', { time: when(row.notBackSince!) })}
          </li>
        ))}
      </ul>
    </section>
  );
}

function sortedOf(machines: readonly NeededRestart[]): readonly NeededRestart[] {
  const label = ({ room, seat, hostname }: NeededRestart): string => `${room}/${seat ?? hostname}`;
  return [...machines].sort((left, right) => compareLabels(label(left), label(right)));
}

/** What can be done with it now. */
function nextOf({ notBackSince, mayRestart }: NeededRestart): Parameters<typeof say>[0] {
  if (notBackSince !== null) return 'restart_look';
  return mayRestart ? 'restart_now' : 'restart_not_yet';
}

function Needed({ machines }: { readonly machines: readonly NeededRestart[] }) {
  if (machines.length === 0) return <p class="empty">{say('restarts_none_needed')}</p>;
  const sorted = sortedOf(machines);
  return (
    <section>
      <h2>{say('restarts_needed', { n: machines.length })}</h2>
      <table class="restarts cards">
        <thead>
          <tr>
            <th scope="col">{say('room')}</th>
            <th scope="col">{say('seat')}</th>
            <th scope="col">{say('restart_shown')}</th>
            <th scope="col">{say('restart_reason')}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={row.id}>
              <td data-label={say('room')}>{row.room}</td>
              <td data-label={say('seat')}>
                <a href={addressOf({ page: 'subject', id: row.id })}>{row.seat ?? row.hostname}</a>
              </td>
              <td data-label={say('restart_shown')}>{inWords('rollback.verdict', row.verdict)}</td>
              <td data-label={say('restart_reason')}>{inWords('rollback.because', row.because)}</td>
              <td>{say(nextOf(row))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What a fact's value means, as the catalogue of the site says. */
function inWords(fact: string, value: string): string {
  const words = facts.value[fact]?.words?.[value];
  return words ? tell(words) : value;
}
