import { useEffect } from 'preact/hooks';
import type { Session } from '../../../../sessions/session.ts';
import { addressOf, AFFAIRS_TABS, type AffairsTab } from '../../address.ts';
import { say, tell } from '../../language.ts';
import { heardAt, may, site } from '../../live.ts';
import { shortTime } from '../../moments.ts';
import { go } from '../../route.ts';
import { useAsked } from './asked.ts';
import { DossierPage } from './dossier.tsx';
import { OccurrencesPage } from './occurrences.tsx';
import { OrganizationPage } from './organization.tsx';
import { ReportsPage } from './reports.tsx';
import { RosterPage } from './roster.tsx';
import { StaffPage } from './staff.tsx';
import { StatementsPage } from './statements.tsx';

const TAB_WORD = {
  staff: 'tab_staff',
  roster: 'tab_roster',
  statements: 'tab_statements',
  occurrences: 'tab_occurrences',
  dossier: 'tab_dossier',
  reports: 'tab_reports',
  organization: 'tab_organization',
} as const satisfies Record<AffairsTab, string>;

/** Nothing of them is for an account of some rooms: a tab that only refuses is not offered. */
const OF_WHOLE_SITE: readonly AffairsTab[] = ['dossier', 'reports', 'organization'];

/** 考务: who works here, who does what in a session, what people state and write down, and the paper of all of it. */
export function AffairsPage({ tab, session }: { readonly tab: AffairsTab; readonly session: string | null }) {
  useEffect(() => {
    document.title = `${say(TAB_WORD[tab])} · ${say('product')}`;
  });
  if (!may('see-people')) {
    return (
      <main class="sheet narrow">
        <h1>{say('affairs')}</h1>
        <p>
          {say(site.value?.account ? 'not_allowed' : 'sign_in_for_people')}{' '}
          {!site.value?.account && <a href={addressOf({ page: 'sign-in' })}>{say('sign_in')}</a>}
        </p>
      </main>
    );
  }
  return (
    <main class="sheet affairs">
      <nav class="tabs" aria-label={say('affairs')}>
        {AFFAIRS_TABS.filter((one) => one === tab || may('read-reports') || !OF_WHOLE_SITE.includes(one)).map((one) => (
          <a
            key={one}
            href={addressOf({ page: 'affairs', tab: one, session })}
            aria-current={one === tab ? 'page' : undefined}
          >
            {say(TAB_WORD[one])}
          </a>
        ))}
      </nav>
      <Tab tab={tab} session={session} />
    </main>
  );
}

function Tab({ tab, session }: { readonly tab: AffairsTab; readonly session: string | null }) {
  switch (tab) {
    case 'roster':
      return <RosterPage />;
    case 'statements':
      return <StatementsPage />;
    case 'reports':
      return <ReportsPage key={session} wanted={session} />;
    case 'organization':
      return <OrganizationPage />;
    case 'staff':
    case 'occurrences':
    case 'dossier':
      return <OfSession tab={tab} wanted={session} />;
    default:
      return tab satisfies never;
  }
}

/** What is of one session: the one that was asked for, else the one that is on or comes next. */
function OfSession({
  tab,
  wanted,
}: {
  readonly tab: 'staff' | 'occurrences' | 'dossier';
  readonly wanted: string | null;
}) {
  const asked = useAsked<{ readonly sessions: readonly Session[] }>('sessions');
  if (!asked.value) return <p class="empty">{asked.fault ? tell(asked.fault.message) : say('loading')}</p>;
  const sessions = [...asked.value.sessions].sort((left, right) => right.startsAt - left.startsAt);
  const now = heardAt.value ?? Date.now();
  const session = sessions.find(({ id }) => id === wanted) ?? nextOf(sessions, now);
  const choose = (id: string): void => go({ page: 'affairs', tab, session: id });
  return (
    <>
      {sessions.length > 0 && (
        <div class="field session-choice no-print">
          <label for="session">{say('choose_session')}</label>
          <select id="session" value={session?.id ?? ''} onChange={(event) => choose(event.currentTarget.value)}>
            {sessions.map((one) => (
              <option key={one.id} value={one.id}>
                {sessionName(one, now)}
              </option>
            ))}
          </select>
        </div>
      )}
      {!session && tab !== 'dossier' && <p class="empty">{say('no_session')}</p>}
      {session && tab === 'staff' && <StaffPage key={session.id} session={session} />}
      {session && tab === 'occurrences' && <OccurrencesPage key={session.id} session={session} />}
      {tab === 'dossier' && <DossierPage key={session?.id} session={session ?? null} />}
    </>
  );
}

export function sessionName(session: Session, now: number): string {
  return `${tell(session.title)} · ${shortTime(session.startsAt, now)}`;
}

/** Newest first are given: the exam that is not over and begins first, else the newest session. */
function nextOf(sessions: readonly Session[], now: number): Session | undefined {
  const coming = sessions.filter(({ kind, endsAt }) => kind === 'exam' && endsAt !== null && endsAt + 3_600_000 > now);
  return coming[coming.length - 1] ?? sessions[0];
}
