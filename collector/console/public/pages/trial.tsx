import { useEffect, useState } from 'preact/hooks';
import type { TrialAnswer, TrialRow, TrialRule } from '../../trialApi.ts';
import { addressOf } from '../address.ts';
import { get, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { rows } from '../live.ts';
import { machineName, when } from '../names.ts';
import { FormFault } from '../parts/form.tsx';
import { StandardLine } from '../parts/standard.tsx';

/** Names shown of each rule; a whole room that fails is one line. */
const MOST_NAMES = 12;

/** What would fail under the standard that is tried. Asked for by a person, and not by itself again: judging costs. */
export function TrialPage() {
  const [answer, setAnswer] = useState<TrialAnswer | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    setBusy(true);
    const asked = await get<TrialAnswer>('trial');
    setBusy(false);
    if (asked.ok) setAnswer(asked.value);
    setFault(asked.ok ? null : asked.fault);
  };
  useEffect(() => {
    document.title = `${say('trial')} · ${say('product')}`;
    void load();
  }, []);
  return (
    <main class="sheet">
      <h1>{say('trial')}</h1>
      <p>{say('trial_about')}</p>
      <FormFault fault={fault} />
      {busy && !answer && <p aria-live="polite">{say('trial_judging')}</p>}
      {answer && <Summary answer={answer} />}
      <p>
        <button type="button" class="button" disabled={busy} onClick={() => void load()}>
          {say(busy ? 'trial_judging' : 'trial_again')}
        </button>
      </p>
      {answer && <Findings answer={answer} />}
      {answer && <Rules rules={answer.rules} />}
    </main>
  );
}

function Summary({ answer }: { readonly answer: TrialAnswer }) {
  const { standard, inForce, at, worse, better, judged } = answer;
  return (
    <ul>
      <li>
        <strong>{say('trial_tried')}</strong> <StandardLine standard={standard} />
      </li>
      <li>
        <strong>{say('trial_in_force')}</strong> <StandardLine standard={inForce} />
      </li>
      <li>
        <strong>{say('trial_at')}</strong> {when(at)}
      </li>
      <li>
        <strong>{say('trial_worse', { n: worse })}</strong> · {say('trial_better', { n: better })} ·{' '}
        {say('trial_judged', { n: judged })}
      </li>
    </ul>
  );
}

function Findings({ answer }: { readonly answer: TrialAnswer }) {
  const { byRule, findings } = answer;
  if (byRule.length === 0) return <p class="empty">{say('trial_none')}</p>;
  return (
    <table class="verdicts">
      <thead>
        <tr>
          <th scope="col">{say('trial_rule')}</th>
          <th scope="col">{say('required')}</th>
          <th scope="col">{say('trial_broken')}</th>
          <th scope="col">{say('trial_unknown')}</th>
          <th scope="col">{say('trial_which')}</th>
        </tr>
      </thead>
      <tbody>
        {byRule.map((rule) => (
          <RuleLine key={rule.rule} rule={rule} its={findings.filter((row) => row.rule === rule.rule)} />
        ))}
      </tbody>
    </table>
  );
}

function RuleLine({ rule, its }: { readonly rule: TrialRule; readonly its: readonly TrialRow[] }) {
  const shown = its.slice(0, MOST_NAMES);
  const more = rule.broken + rule.unknown - shown.length;
  const isNew = its.length > 0 && its.every(({ now }) => now === null);
  return (
    <tr>
      <th scope="row">
        <span class="rule-title">{tell(rule.title)}</span>
        {rule.severity === 'recommended' && <span class="tag">{say('recommended')}</span>}
        {isNew && <span class="tag">{say('trial_new_rule')}</span>}
        {rule.clause !== '' && <span class="clause">{rule.clause}</span>}
        <p class="advice">
          <strong>{say('what_to_do')}</strong> {tell(rule.advice)}
        </p>
      </th>
      <td>{tell(rule.required)}</td>
      <td>{rule.broken}</td>
      <td>{rule.unknown}</td>
      <td>
        {shown.map((row, index) => (
          <span key={row.subject}>
            {index > 0 && say('list_comma')}
            <Subject row={row} />
          </span>
        ))}
        {more > 0 && ` ${say('trial_more', { n: more })}`}
      </td>
    </tr>
  );
}

function Subject({ row: { subject, room } }: { readonly row: TrialRow }) {
  const machine = rows.value.machines.get(subject);
  if (machine || rows.value.devices.has(subject)) {
    return <a href={addressOf({ page: 'subject', id: subject })}>{machine ? machineName(machine) : subject}</a>;
  }
  if (room === null) return <>{say('trial_site')}</>;
  return (
    <a href={addressOf({ page: 'room', room })}>
      {say('room')} {room}
    </a>
  );
}

function Rules({ rules }: Pick<TrialAnswer, 'rules'>) {
  const kinds = (['added', 'removed', 'changed'] as const).filter((kind) => rules[kind].length > 0);
  if (kinds.length === 0) return null;
  return (
    <section>
      <h2>{say('trial_rules')}</h2>
      <dl>
        {kinds.map((kind) => (
          <div key={kind}>
            <dt>{say(`trial_${kind}`)}</dt>
            <dd>{rules[kind].join(say('list_comma'))}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
