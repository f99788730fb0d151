import type { Session } from '../../../../sessions/session.ts';
import type { DossierAnswer, DossierClause, DossierSubject } from '../../../peopleApi.ts';
import { language, say, tell } from '../../language.ts';
import { facts } from '../../live.ts';
import { fullTime } from '../../moments.ts';
import { CAUSE_WORD, STATE_WORD } from '../../names.ts';
import { showObserved, worthReading } from '../../values.ts';
import { Mark, readinessOf } from '../../parts/mark.tsx';
import { useAsked } from './asked.ts';
import { placeOf, Words } from './occurrences.tsx';
import { subjectName } from './statements.tsx';
import { JUDGED_WORD, OCCURRENCE_WORD } from './named.ts';

/** 考点材料: every clause in the source's order, for paper: verdict, evidence, date, who, and a space for the seal. */
export function DossierPage({ session }: { readonly session: Session | null }) {
  const query = session === null ? '' : `?session=${encodeURIComponent(session.id)}`;
  const asked = useAsked<DossierAnswer>(`dossier${query}`);
  if (!asked.value) return <p class="empty">{asked.fault ? tell(asked.fault.message) : say('loading')}</p>;
  const dossier = asked.value;
  const { clauses, occurrences } = dossier;
  return (
    <article class="dossier">
      <button type="button" class="button main no-print" onClick={() => window.print()}>
        {say('dossier_print')}
      </button>
      <h1>{say('dossier_title')}</h1>
      <Head dossier={dossier} />
      <Clauses clauses={clauses.filter(({ own }) => !own)} />
      {clauses.some(({ own }) => own) && (
        <>
          <h2>{say('dossier_own')}</h2>
          <Clauses clauses={clauses.filter(({ own }) => own)} />
        </>
      )}
      {occurrences.length > 0 && (
        <>
          <h2>{say('tab_occurrences')}</h2>
          <ul class="lines">
            {occurrences.map((row) => (
              <li key={row.id} class={row.correctedBy === null ? '' : 'is-gone'}>
                {fullTime(row.at)} · {say(OCCURRENCE_WORD[row.kind])} · {placeOf(row)} <Words row={row} /> · {row.by}
              </li>
            ))}
          </ul>
        </>
      )}
      <Files files={dossier.files} />
      <h2>{say('dossier_not_judged')}</h2>
      <ul class="lines">
        {dossier.notJudged.map(({ clause, because }) => (
          <li key={clause}>
            <span lang="zh-CN">{clause}</span>
            {say('colon')}
            {tell(because)}
          </li>
        ))}
      </ul>
      <Seal />
    </article>
  );
}

function Head({ dossier }: { readonly dossier: DossierAnswer }) {
  const { site, standard, at, session, staff, clauses } = dossier;
  const count = (state: DossierClause['state']): number => clauses.filter((clause) => clause.state === state).length;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{say('dossier_site')}</dt>
          <dd>{site}</dd>
        </div>
        <div>
          <dt>{say('dossier_standard')}</dt>
          <dd>
            {tell(standard.source)} · {standard.id}@{standard.edition}+{standard.hash}
          </dd>
        </div>
        {session && (
          <div>
            <dt>{say('dossier_session')}</dt>
            <dd>
              {tell(session.title)} · {fullTime(session.startsAt)}
            </dd>
          </div>
        )}
        <div>
          <dt>{say('dossier_at')}</dt>
          <dd>{fullTime(at)}</dd>
        </div>
        <div>
          <dt>{say('dossier_staff')}</dt>
          <dd>{say('dossier_people', { n: staff })}</dd>
        </div>
      </dl>
      <p>
        <strong>
          {say('dossier_sum', {
            holds: count('holds'),
            attested: count('attested'),
            waived: count('waived'),
            broken: count('broken'),
            unknown: count('unknown'),
          })}
        </strong>
      </p>
    </>
  );
}

function Clauses({ clauses }: { readonly clauses: readonly DossierClause[] }) {
  return (
    <table class="clauses cards">
      <thead>
        <tr>
          <th scope="col">{say('dossier_clause')}</th>
          <th scope="col">{say('dossier_requirement')}</th>
          <th scope="col">{say('dossier_verdict')}</th>
          <th scope="col">{say('dossier_evidence')}</th>
        </tr>
      </thead>
      <tbody>
        {clauses.map((clause) => (
          <Clause key={clause.rule} clause={clause} />
        ))}
      </tbody>
    </table>
  );
}

function Clause({ clause }: { readonly clause: DossierClause }) {
  const { title, text, required, state, must, judgedBy, at } = clause;
  return (
    <tr>
      <th scope="row">
        <span class="rule-title">{tell(title)}</span>
        {must === 'recommended' && <span class="tag">{say('recommended')}</span>}
        <span class="clause" lang="zh-CN">
          {clause.clause}
        </span>
        <p class="quiet-text">{tell(text)}</p>
      </th>
      <td data-label={say('dossier_requirement')}>{tell(required)}</td>
      <td class={`verdict is-${state}`}>
        <Mark of={readinessOf(state)} /> {say(STATE_WORD[state])}
      </td>
      <td>
        <p>
          {[
            say(JUDGED_WORD[judgedBy]),
            sumOf(clause),
            at === null ? '' : say('dossier_judged_at', { time: fullTime(at) }),
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
        {clause.subjects.map((subject) => (
          <Subject key={`${subject.subject} ${subject.since}`} subject={subject} />
        ))}
        {clause.more > 0 && <p>{say('dossier_more', { n: clause.more })}</p>}
      </td>
    </tr>
  );
}

function sumOf({ judged, counts, witnessed }: DossierClause): string {
  if (judged === 0) return say('dossier_no_subject');
  // Of one alone everything is said below.
  if (judged === 1) return '';
  const bad = (counts['broken'] ?? 0) + (counts['unknown'] ?? 0);
  const sum =
    counts['holds'] === judged ? say('dossier_all_hold', { n: judged }) : say('dossier_of', { n: judged, bad });
  return witnessed > 0 ? `${sum}${say('list_semicolon')}${say('dossier_witnessed', { n: witnessed })}` : sum;
}

function Subject({ subject }: { readonly subject: DossierSubject }) {
  const { state, statement, observed, cause } = subject;
  const seen = worthReading(showObserved(observed, facts.value, language.value), false)
    .filter((line) => line.known)
    .map((line) => (line.label === '' ? line.shown : `${line.label}${say('colon')}${line.shown}`))
    .join(say('list_semicolon'));
  return (
    <p class="dossier-subject">
      <strong>{subjectName(subject)}</strong> {say(STATE_WORD[state])}
      {statement ? (
        <>
          {say('colon')}
          {[
            statement.erasedAt === null ? statement.text : say('statement_erased'),
            statement.by,
            fullTime(statement.at),
            say('dossier_valid_until', { time: fullTime(statement.validUntil) }),
            ...(statement.kind === 'waived'
              ? [say(statement.enteredAt === 'organization' ? 'entered_by_organization' : 'entered_at_site')]
              : []),
          ].join(' · ')}
          {statement.files.map(({ sha256 }) => (
            <code key={sha256}> {sha256.slice(0, 12)}</code>
          ))}
        </>
      ) : (
        <>
          {cause !== null && `${say('colon')}${say(CAUSE_WORD[cause])}`}
          {seen !== '' && `${say('colon')}${seen}`}
        </>
      )}
    </p>
  );
}

function Files({ files }: { readonly files: DossierAnswer['files'] }) {
  return (
    <>
      <h2>{say('dossier_files')}</h2>
      {files.length === 0 ? (
        <p>{say('dossier_no_files')}</p>
      ) : (
        <table class="files">
          <thead>
            <tr>
              <th scope="col">{say('dossier_hash')}</th>
              <th scope="col">{say('dossier_size')}</th>
              <th scope="col">{say('dossier_received')}</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={file.sha256}>
                <td>
                  <code>{file.sha256}</code>
                </td>
                <td>
                  {file.type.replace(/^.*\//, '').toUpperCase()} ·{' '}
                  {say('size_kib', { n: Math.ceil(file.bytes / 1024) })}
                  {file.erasedAt !== null && ` · ${say('file_erased')}`}
                </td>
                <td>
                  {fullTime(file.at)} · {file.by}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Seal() {
  return (
    <div class="seal">
      <div>
        <p>{say('dossier_sign')}</p>
        <p>{say('dossier_date')}</p>
      </div>
      <div class="seal-space">
        <p>{say('dossier_seal')}</p>
        <p>{say('dossier_date')}</p>
      </div>
    </div>
  );
}
