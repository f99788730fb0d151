import type { VerdictRow } from '../../api.ts';
import { language, say, tell } from '../language.ts';
import { facts } from '../live.ts';
import { adviceOf, CAUSE_WORD, STATE_WORD, when } from '../names.ts';
import { showObserved, worthReading } from '../values.ts';
import { Mark, readinessOf } from './mark.tsx';

const GROUPS = ['broken', 'unknown', 'attested', 'waived', 'holds', 'not-due'] as const satisfies VerdictRow['state'][];

const EVIDENCE = {
  claimed: { word: 'claimed', about: 'claimed_about' },
  witnessed: { word: 'witnessed', about: 'witnessed_about' },
} as const;

/** Every verdict about one machine or device, what needs a person first. */
export function Verdicts({ verdicts }: { readonly verdicts: readonly VerdictRow[] }) {
  if (verdicts.length === 0) return <p class="empty">{say('no_verdicts')}</p>;
  return (
    <>
      {GROUPS.map((state) => {
        const group = verdicts.filter((row) => row.state === state).sort(requiredFirst);
        return group.length > 0 && <Group key={state} state={state} verdicts={group} />;
      })}
    </>
  );
}

function Group({ state, verdicts }: { readonly state: VerdictRow['state']; readonly verdicts: readonly VerdictRow[] }) {
  const heading = `group-${state}`;
  return (
    <section class={`verdicts is-${state}`}>
      <h2 id={heading}>
        {state !== 'not-due' && <Mark of={readinessOf(state)} />}
        {say(STATE_WORD[state])} <span class="count">{verdicts.length}</span>
      </h2>
      <table class="cards" aria-labelledby={heading}>
        <thead>
          <tr>
            <th scope="col">{say('rule')}</th>
            <th scope="col">{say('required')}</th>
            <th scope="col">{say('observed')}</th>
            <th scope="col">{say('evidence')}</th>
            <th scope="col">{say('since_column')}</th>
          </tr>
        </thead>
        <tbody>
          {verdicts.map((row) => (
            <VerdictLine key={row.rule} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function VerdictLine({ row }: { readonly row: VerdictRow }) {
  // A silent machine needs one thing only, and the rule `online` says it.
  const needsPerson = row.state === 'broken' || (row.state === 'unknown' && row.cause !== 'silent');
  return (
    <tr>
      <th scope="row">
        <span class="rule-title" title={tell(row.text)}>
          {tell(row.title)}
        </span>
        {row.severity === 'recommended' && <span class="tag">{say('recommended')}</span>}
        {row.clause !== '' && (
          <span class="clause" lang="zh-CN">
            {row.clause}
          </span>
        )}
        {needsPerson && (
          <p class="advice">
            <strong>{say('what_to_do')}</strong> {adviceOf(row)}
          </p>
        )}
      </th>
      <td data-label={say('required')}>{tell(row.required)}</td>
      <td data-label={say('observed')}>
        <Observed row={row} />
      </td>
      <td data-label={say('evidence')} title={say(EVIDENCE[row.evidence].about)}>
        {say(EVIDENCE[row.evidence].word)}
      </td>
      <td data-label={say('since_column')}>{when(row.since)}</td>
    </tr>
  );
}

function Observed({ row }: { readonly row: VerdictRow }) {
  const lines = worthReading(showObserved(row.observed, facts.value, language.value), row.state === 'unknown');
  return (
    <>
      {row.cause !== null && <p>{say(CAUSE_WORD[row.cause])}</p>}
      {lines.map((line) => (
        <p key={line.fact} class={line.known ? 'value' : 'value quiet-text'}>
          {line.label !== '' && (
            <span class="fact">
              {line.label}
              {say('colon')}
            </span>
          )}
          {line.shown}
        </p>
      ))}
    </>
  );
}

function requiredFirst(a: VerdictRow, b: VerdictRow): number {
  return (a.severity === 'required' ? 0 : 1) - (b.severity === 'required' ? 0 : 1);
}
