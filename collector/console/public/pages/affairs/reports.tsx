import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Session } from '../../../../sessions/session.ts';
import { say, tell } from '../../language.ts';
import { heardAt, may, rooms as allRooms } from '../../live.ts';
import { Field } from '../../parts/form.tsx';
import { ReportLinks } from '../../parts/reportLinks.tsx';
import type { Word } from '../../words.ts';
import { sessionName } from './affairs.tsx';
import { useAsked } from './asked.ts';

const DAY_MS = 86_400_000;
const TERM_DAYS = 180;

/** 报告: each kind with what it is of, as a page to print and as files. */
export function ReportsPage({ wanted }: { readonly wanted: string | null }) {
  const asked = useAsked<{ readonly sessions: readonly Session[] }>('sessions');
  const [now] = useState(() => heardAt.value ?? Date.now());
  const [from, setFrom] = useState(dayOf(now - TERM_DAYS * DAY_MS));
  const [to, setTo] = useState(dayOf(now));
  const [exam, setExam] = useState(wanted ?? '');
  const [assessment, setAssessment] = useState('');
  const [room, setRoom] = useState('');
  if (!may('read-reports')) return <p class="empty">{say('reports_forbidden')}</p>;
  if (!asked.value) return <p class="empty">{asked.fault ? tell(asked.fault.message) : say('loading')}</p>;
  const sessions = [...asked.value.sessions].sort((left, right) => right.startsAt - left.startsAt);
  const begun = sessions.filter(({ startsAt, cancelledAt }) => startsAt <= now && cancelledAt === undefined);
  const chosen = exam === '' ? (begun[0] ?? sessions[0])?.id : exam;
  const over = sessions.filter(({ kind, endsAt }) => kind === 'assessment' && endsAt !== null && endsAt <= now);
  return (
    <>
      <p>{say('reports_about')}</p>
      {chosen !== undefined && (
        <Report kind="session" about={{ session: chosen }}>
          <Choice name="report-session" label={say('choose_session')} value={chosen} choose={setExam}>
            {sessions.map((one) => (
              <option key={one.id} value={one.id}>
                {sessionName(one, now)}
              </option>
            ))}
          </Choice>
        </Report>
      )}
      <Report kind="seats" about={{ room }}>
        <Choice name="report-room" label={say('session_rooms_short')} value={room} choose={setRoom}>
          <option value="">{say('report_every_room')}</option>
          {allRooms.value.map((one) => (
            <option key={one.room} value={one.room}>
              {one.room}
            </option>
          ))}
        </Choice>
      </Report>
      <Report kind="term" about={{ from, to }}>
        <Day name="report-from" label={say('report_from')} value={from} choose={setFrom} />
        <Day name="report-to" label={say('report_to')} value={to} choose={setTo} />
      </Report>
      <Report kind="dossier" about={{ session: assessment }}>
        <Choice name="report-assessment" label={say('report_assessment')} value={assessment} choose={setAssessment}>
          <option value="">{say('report_now')}</option>
          {over.map((one) => (
            <option key={one.id} value={one.id}>
              {sessionName(one, now)}
            </option>
          ))}
        </Choice>
      </Report>
      <Report kind="evaluation" about={{}} />
    </>
  );
}

const REPORT_WORD = {
  session: ['report_session', 'report_session_about'],
  seats: ['report_seats', 'report_seats_about'],
  term: ['report_term', 'report_term_about'],
  dossier: ['report_dossier', 'report_dossier_about'],
  evaluation: ['report_evaluation', 'report_evaluation_about'],
} as const satisfies Readonly<Record<string, readonly [name: Word, about: Word]>>;

interface ReportProps {
  readonly kind: keyof typeof REPORT_WORD;
  readonly about: Readonly<Record<string, string>>;
  readonly children?: ComponentChildren;
}

function Report({ kind, about, children }: ReportProps) {
  const [name, what] = REPORT_WORD[kind];
  return (
    <section class="report" id={`report-${kind}`}>
      <h2>{say(name)}</h2>
      <p class="hint">{say(what)}</p>
      <div class="row-form">
        {children}
        <ReportLinks kind={kind} about={about} />
      </div>
    </section>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly choose: (value: string) => void;
  readonly children?: ComponentChildren;
}

function Choice({ name, label, value, choose, children }: ChoiceProps) {
  return (
    <Field name={name} label={label}>
      <select id={name} value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {children}
      </select>
    </Field>
  );
}

function Day({ name, label, value, choose }: ChoiceProps) {
  return (
    <Field name={name} label={label}>
      <input id={name} type="date" required value={value} onChange={(event) => choose(event.currentTarget.value)} />
    </Field>
  );
}

/** In this PC's time zone, which is the site's. */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
}
