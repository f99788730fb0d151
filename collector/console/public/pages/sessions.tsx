import { useEffect, useRef, useState } from 'preact/hooks';
import type { Session } from '../../../sessions/session.ts';
import { addressOf } from '../address.ts';
import { change, get, type Fault, type LineFault } from '../ask.ts';
import { ROOMS, roomsOf } from '../days.ts';
import { say, tell } from '../language.ts';
import { heardAt, may } from '../live.ts';
import { fullTime } from '../moments.ts';
import { Field, FormFault, valuesOf } from '../parts/form.tsx';
import { Snapshots } from '../parts/snapshots.tsx';
import { SureButton } from '../parts/sure.tsx';
import { sendFile } from '../send.ts';
import { shownRoom } from '../shown.ts';
import { WORDS } from '../words.ts';

interface Changed {
  readonly changed: () => Promise<void>;
}

/** Exams and assessments: what comes, planning, files of them; and what was frozen of a room's readiness. */
export function SessionsPage() {
  const [sessions, setSessions] = useState<readonly Session[] | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const load = async (): Promise<void> => {
    const asked = await get<{ readonly sessions: readonly Session[] }>('sessions');
    if (asked.ok) setSessions(asked.value.sessions);
    setFault(asked.ok ? null : asked.fault);
  };
  useEffect(() => {
    document.title = `${say('sessions')} · ${say('product')}`;
    void load();
  }, []);
  const now = heardAt.value ?? Date.now();
  const room = shownRoom.value;
  return (
    <main class="sheet">
      <h1>{say('sessions')}</h1>
      <p>{say('sessions_about')}</p>
      <FormFault fault={fault} />
      {sessions && <Lists sessions={sessions} now={now} changed={load} />}
      {may('plan-session') && <PlanForm changed={load} />}
      {may('plan-session') && <ImportForm changed={load} />}
      {room !== null && <Snapshots key={room} room={room} />}
    </main>
  );
}

function Lists({ sessions, now, changed }: Changed & { readonly sessions: readonly Session[]; readonly now: number }) {
  const isOver = ({ endsAt, cancelledAt }: Session): boolean =>
    cancelledAt !== undefined || (endsAt !== null && endsAt <= now);
  const sorted = [...sessions].sort((left, right) => left.startsAt - right.startsAt);
  const coming = sorted.filter((session) => !isOver(session));
  const past = sorted.filter(isOver).reverse();
  if (sessions.length === 0) return <p class="empty">{say('sessions_none')}</p>;
  return (
    <>
      {coming.length > 0 && <Table title={say('session_coming')} sessions={coming} changed={changed} />}
      {past.length > 0 && <Table title={say('session_past')} sessions={past.slice(0, 50)} />}
    </>
  );
}

function Table({
  title,
  sessions,
  changed,
}: Partial<Changed> & { readonly title: string; readonly sessions: readonly Session[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <table class="restarts sessions cards">
        <thead>
          <tr>
            <th scope="col">{say('session_title')}</th>
            <th scope="col">{say('session_kind')}</th>
            <th scope="col">{say('session_rooms_short')}</th>
            <th scope="col">{say('session_start')}</th>
            <th scope="col">{say('session_end')}</th>
            <th scope="col">{say('session_candidates')}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <Row key={session.id} session={session} changed={changed} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ session, changed }: { readonly session: Session; readonly changed?: Changed['changed'] | undefined }) {
  const [isMoving, setMoving] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const { id, kind, title, rooms, startsAt, endsAt, candidates, subjects = [], level, cancelledAt } = session;
  const act = async (method: 'POST' | 'PATCH', path: string, body: object): Promise<void> => {
    const said = await change(method, `sessions/${encodeURIComponent(id)}${path}`, body);
    setFault(said.ok ? null : said.fault);
    if (said.ok) setMoving(false);
    await changed?.();
  };
  const what = [...subjects, ...(level === undefined ? [] : [level])].join(say('list_comma'));
  return (
    <tr>
      <td>
        {tell(title)}
        {what !== '' && <p class="hint">{what}</p>}
        {cancelledAt !== undefined && <p class="hint">{say('session_cancelled')}</p>}
      </td>
      <td data-label={say('session_kind')}>{say(kind === 'exam' ? 'session_exam' : 'session_assessment')}</td>
      <td data-label={say('session_rooms_short')}>
        {rooms === 'all' ? say('session_all_rooms') : rooms.join(say('list_comma'))}
      </td>
      <td data-label={say('session_start')}>{fullTime(startsAt)}</td>
      <td data-label={say('session_end')}>{endsAt === null ? say('session_open_end') : fullTime(endsAt)}</td>
      <td data-label={say('session_candidates')}>{candidates ?? ''}</td>
      <td>
        {changed && may('plan-session') && kind === 'exam' && !isMoving && (
          <>
            <button type="button" class="button quiet" onClick={() => setMoving(true)}>
              {say('session_move')}
            </button>
            <SureButton label={say('session_cancel')} onSure={() => void act('POST', '/cancel', {})} />
          </>
        )}
        {changed && may('end-session') && kind === 'assessment' && (
          <SureButton label={say('session_end_now')} onSure={() => void act('POST', '/end', {})} />
        )}
        {may('read-reports') && !isMoving && (
          <a class="button quiet" href={addressOf({ page: 'affairs', tab: 'reports', session: id })}>
            {say('report')}
          </a>
        )}
        {isMoving && (
          <MoveForm session={session} move={(times) => void act('PATCH', '', times)} back={() => setMoving(false)} />
        )}
        <FormFault fault={fault} />
      </td>
    </tr>
  );
}

function MoveForm({
  session,
  move,
  back,
}: {
  readonly session: Session;
  readonly move: (times: { startsAt: number; endsAt: number }) => void;
  readonly back: () => void;
}) {
  const [fault, setFault] = useState<Pick<Fault, 'message'> | null>(null);
  const save = (values: Readonly<Record<string, string>>): void => {
    const times = timesOf(values);
    setFault(times ? null : TIME_WRONG);
    if (times) move(times);
  };
  return (
    <form class="row-form" onSubmit={(event) => save(valuesOf(event))}>
      <Field name="start" label={say('session_start')}>
        <input id="start" name="start" type="datetime-local" required defaultValue={inputTime(session.startsAt)} />
      </Field>
      <Field name="end" label={say('session_end')}>
        <input
          id="end"
          name="end"
          type="datetime-local"
          required
          defaultValue={inputTime(session.endsAt ?? session.startsAt)}
        />
      </Field>
      <button type="submit" class="button main">
        {say('session_save')}
      </button>
      <button type="button" class="button" onClick={back}>
        {say('cancel')}
      </button>
      <FormFault fault={fault} />
    </form>
  );
}

function PlanForm({ changed }: Changed) {
  const [fault, setFault] = useState<Pick<Fault, 'message'> | null>(null);
  const [isPlanned, setPlanned] = useState(false);
  const plan = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const times = planTimes(values);
    setPlanned(false);
    if (!times) return setFault(TIME_WRONG);
    const word = (name: string): string => (values[name] ?? '').trim();
    const isExam = word('kind') === 'exam';
    const said = await change('POST', 'sessions', {
      kind: word('kind'),
      title: { zh: word('title'), en: word('title') },
      rooms: roomsOf(word('rooms')) ?? 'all',
      ...times,
      candidates: isExam && word('candidates') !== '' ? Number(word('candidates')) : null,
      ...(word('subject') === '' || !isExam ? {} : { subjects: [word('subject')] }),
      ...(word('level') === '' || !isExam ? {} : { level: word('level') }),
    });
    setFault(said.ok ? null : said.fault);
    setPlanned(said.ok);
    await changed();
  };
  return (
    <section class="ticket">
      <h2>{say('session_plan')}</h2>
      <form class="row-form" onSubmit={(event) => void plan(valuesOf(event))}>
        <Field name="kind" label={say('session_kind')}>
          <select id="kind" name="kind">
            <option value="exam">{say('session_exam')}</option>
            <option value="assessment">{say('session_assessment')}</option>
          </select>
        </Field>
        <Field name="title" label={say('session_title')}>
          <input id="title" name="title" required maxLength={100} />
        </Field>
        <Field name="rooms" label={say('session_rooms')}>
          <input
            id="rooms"
            name="rooms"
            pattern={ROOMS}
            title={say('no_slashes')}
            defaultValue={shownRoom.value ?? ''}
          />
        </Field>
        <Field name="plan-start" label={say('session_start')}>
          <input id="plan-start" name="start" type="datetime-local" required />
        </Field>
        <Field name="plan-end" label={say('session_end')}>
          <input id="plan-end" name="end" type="datetime-local" />
        </Field>
        <Field name="candidates" label={say('session_candidates')}>
          <input id="candidates" name="candidates" type="number" min={1} max={100_000} defaultValue="40" />
        </Field>
        <Field name="subject" label={say('session_subjects')}>
          <input id="subject" name="subject" maxLength={100} />
        </Field>
        <Field name="level" label={say('session_level')}>
          <input id="level" name="level" maxLength={100} />
        </Field>
        <button type="submit" class="button main">
          {say('session_plan')}
        </button>
        {isPlanned && <p role="status">{say('session_planned')}</p>}
        <p class="hint">{say('session_plan_hint')}</p>
        <FormFault fault={fault} />
      </form>
    </section>
  );
}

function ImportForm({ changed }: Changed) {
  const input = useRef<HTMLInputElement>(null);
  const [taken, setTaken] = useState<number | null>(null);
  const [faults, setFaults] = useState<readonly LineFault[]>([]);
  const [fault, setFault] = useState<Fault | null>(null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const file = input.current?.files?.[0];
    if (!file) return;
    const sent = await sendFile<{ sessions: readonly Session[] }>('sessions/import', file, 'application/octet-stream');
    setTaken(sent.ok ? sent.value.sessions.length : null);
    setFault(sent.ok ? null : sent.fault);
    setFaults(sent.ok ? [] : ((sent.body as { faults?: readonly FileFault[] } | null)?.faults ?? []).map(lineFault));
    await changed();
  };
  return (
    <section class="ticket">
      <h2>{say('session_import')}</h2>
      <p>{say('session_import_about')}</p>
      <form class="row-form" onSubmit={(event) => void send(event)}>
        <Field name="sessions-file" label={say('session_import')}>
          <input id="sessions-file" ref={input} type="file" accept=".csv,.ics,text/csv,text/calendar" required />
        </Field>
        <button type="submit" class="button main">
          {say('session_import')}
        </button>
        <a class="button quiet" href="/api/v1/sessions/template.csv" download="sessions.csv">
          {say('session_template')}
        </a>
        {taken !== null && <p role="status">{say('session_imported', { n: taken })}</p>}
        <FormFault fault={fault} />
        {faults.length > 0 && (
          <ul role="alert">
            {faults.slice(0, 50).map((one) => (
              <li key={`${one.line} ${one.en}`}>
                {say('session_line', { line: one.line })}
                {tell(one)}
              </li>
            ))}
          </ul>
        )}
      </form>
    </section>
  );
}

interface FileFault {
  readonly line: number;
  readonly message: { readonly zh: string; readonly en: string };
}

const lineFault = ({ line, message }: FileFault): LineFault => ({ line, ...message });

const TIME_WRONG = { message: WORDS.session_time_wrong };

/** What the browser's own control gives, in this PC's time zone. */
function timesOf(values: Readonly<Record<string, string>>): { startsAt: number; endsAt: number } | null {
  const startsAt = Date.parse(values['start'] ?? '');
  const endsAt = Date.parse(values['end'] ?? '');
  return Number.isNaN(startsAt) || Number.isNaN(endsAt) ? null : { startsAt, endsAt };
}

/** An assessment may go on until it is ended. */
function planTimes(values: Readonly<Record<string, string>>): { startsAt: number; endsAt: number | null } | null {
  if ((values['end'] ?? '') !== '') return timesOf(values);
  const startsAt = Date.parse(values['start'] ?? '');
  return Number.isNaN(startsAt) ? null : { startsAt, endsAt: null };
}

function inputTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
