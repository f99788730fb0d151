import { useEffect, useState } from 'preact/hooks';
import { get, type Fault } from '../ask.ts';
import { describe, type EntryRow } from '../entries.ts';
import { FormFault } from '../parts/form.tsx';
import { Mark, readinessOf } from '../parts/mark.tsx';
import { language, say } from '../language.ts';
import { facts, rows } from '../live.ts';
import { fullTime } from '../moments.ts';
import { deviceName, machineName } from '../names.ts';
import { addressOf } from '../address.ts';

interface HistoryAnswer {
  readonly entries: readonly EntryRow[];
  readonly next: number | null;
}

/** What the record holds of one machine or device, newest first. */
export function HistoryPage({ id }: { readonly id: string }) {
  const [entries, setEntries] = useState<readonly EntryRow[] | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const load = async (after: number | null): Promise<void> => {
    const query = new URLSearchParams({ subject: id, newestFirst: 'true', limit: '100' });
    if (after !== null) query.set('after', String(after));
    const answer = await get<HistoryAnswer>(`history?${query}`);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    setEntries((known) => [...(after === null ? [] : (known ?? [])), ...answer.value.entries]);
    setNext(answer.value.next);
  };
  useEffect(() => void load(null), [id]);

  const machine = rows.value.machines.get(id);
  const device = rows.value.devices.get(id);
  const name = machine ? machineName(machine) : device ? deviceName(device) : id;
  const title = say('history_of', { name });
  useEffect(() => {
    document.title = `${title} · ${say('product')}`;
  });
  return (
    <main class="sheet">
      <nav class="crumbs">
        <a href={addressOf({ page: 'subject', id })}>← {say(device ? 'back' : 'back_to_machine')}</a>
      </nav>
      <h1>{title}</h1>
      <FormFault fault={fault} />
      {entries === null && !fault && <p class="empty">{say('opening')}</p>}
      {entries?.length === 0 && <p class="empty">{say('history_empty')}</p>}
      {entries && entries.length > 0 && <Entries entries={entries} />}
      {next !== null && (
        <button type="button" class="button" onClick={() => void load(next)}>
          {say('older')}
        </button>
      )}
    </main>
  );
}

function Entries({ entries }: { readonly entries: readonly EntryRow[] }) {
  const titles = new Map([...rows.value.verdicts.values()].map((row) => [row.rule, row.title]));
  return (
    <table class="entries">
      <thead>
        <tr>
          <th scope="col">{say('when')}</th>
          <th scope="col">{say('what')}</th>
          <th scope="col">{say('observed')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => {
          const said = describe(entry, titles, facts.value, language.value);
          return (
            <tr key={entry.n}>
              <td class="moment">{fullTime(entry.at)}</td>
              <td>
                {said.state !== null && said.state !== 'not-due' && <Mark of={readinessOf(said.state)} />}
                {said.what}
                {entry.late && <span class="tag">{say('late')}</span>}
              </td>
              <td>{said.detail}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
