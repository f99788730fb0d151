import { useEffect, useState } from 'preact/hooks';
import type { SnapshotAnswer, SnapshotRow } from '../../readinessApi.ts';
import { change, get, type Fault } from '../ask.ts';
import { say, tell } from '../language.ts';
import { may, rows } from '../live.ts';
import { fullTime } from '../moments.ts';
import { machineName, READINESS_WORD, STATE_WORD } from '../names.ts';
import { FormFault } from './form.tsx';

/** What was frozen of a room's readiness, newest first, each with what changed since the one before. */
export function Snapshots({ room }: { readonly room: string }) {
  const [list, setList] = useState<readonly SnapshotRow[] | null>(null);
  const [shown, setShown] = useState<SnapshotAnswer | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const load = async (): Promise<void> => {
    const asked = await get<{ readonly snapshots: readonly SnapshotRow[] }>(
      `snapshots?room=${encodeURIComponent(room)}`,
    );
    if (asked.ok) setList(asked.value.snapshots);
    setFault(asked.ok ? null : asked.fault);
  };
  useEffect(() => void load(), []);
  const freeze = async (): Promise<void> => {
    const said = await change('POST', 'snapshots', { room });
    setFault(said.ok ? null : said.fault);
    await load();
  };
  const show = async (n: number): Promise<void> => {
    const asked = await get<SnapshotAnswer>(`snapshots/${n}`);
    if (asked.ok) setShown(asked.value);
    setFault(asked.ok ? null : asked.fault);
  };
  return (
    <section>
      <h2>{say('snapshots', { room })}</h2>
      <p>{say('snapshots_about')}</p>
      {may('take-snapshot') && (
        <button type="button" class="button main" onClick={() => void freeze()}>
          {say('snapshot_now')}
        </button>
      )}
      <FormFault fault={fault} />
      {list?.length === 0 && <p class="empty">{say('snapshots_none')}</p>}
      {list && list.length > 0 && <List list={list} show={show} />}
      {shown && <Changes answer={shown} />}
    </section>
  );
}

function List({ list, show }: { readonly list: readonly SnapshotRow[]; readonly show: (n: number) => Promise<void> }) {
  return (
    <table class="restarts snapshots">
      <thead>
        <tr>
          <th scope="col">{say('snapshot_reason')}</th>
          <th scope="col">{say('snapshot_ready')}</th>
          <th scope="col">{say('snapshot_meets')}</th>
          <th scope="col">{say('snapshot_by')}</th>
          <th scope="col" />
        </tr>
      </thead>
      <tbody>
        {list.map(({ n, taken, readiness, meets, by }) => (
          <tr key={n}>
            <td>{fullTime(taken)}</td>
            <td>{say(READINESS_WORD[readiness])}</td>
            <td>{say(MEETS_WORD[meets])}</td>
            <td>{by ?? ''}</td>
            <td>
              <button type="button" class="button quiet" onClick={() => void show(n)}>
                {say('snapshot_show')}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MEETS_WORD = { ready: 'meets_yes', 'not-ready': 'meets_no', unknown: 'meets_unknown' } as const;

function Changes({ answer }: { readonly answer: SnapshotAnswer }) {
  const { snapshot, before, changes } = answer;
  return (
    <section class="ticket" aria-live="polite">
      <h3>
        {fullTime(snapshot.taken)} · {say('snapshot_changes')}
      </h3>
      {!before && <p>{say('snapshot_first')}</p>}
      {before && changes.length === 0 && <p>{say('snapshot_no_changes')}</p>}
      <ul>
        {changes.slice(0, 200).map((one) => (
          <li key={`${one.rule} ${one.subject}`}>
            {nameOf(one.subject, one.seat)} {tell(one.title)}
            {say('colon')}
            {stateOf(one.before)} → {stateOf(one.after)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function nameOf(subject: string, seat: string | null): string {
  if (seat !== null) return say('seat_name', { seat });
  const machine = rows.value.machines.get(subject);
  return machine ? machineName(machine) : '';
}

function stateOf(state: string | null): string {
  const word = state === null ? undefined : STATE_WORD[state as keyof typeof STATE_WORD];
  return word === undefined ? '—' : say(word);
}
