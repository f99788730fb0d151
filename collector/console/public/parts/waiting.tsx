import { useEffect, useState } from 'preact/hooks';
import type { Waiting } from '../../../identity/waiting.ts';
import { change, get, type Fault } from '../ask.ts';
import { say } from '../language.ts';
import { rows } from '../live.ts';
import { machineName, when } from '../names.ts';
import { FormFault } from './form.tsx';

const EVERY_MS = 5_000;

/** Machines that lost their key while an exam is near: a person looks at the seat, and lets them back in. */
export function WaitingMachines() {
  const [waiting, setWaiting] = useState<readonly Waiting[]>([]);
  const [fault, setFault] = useState<Fault | null>(null);
  const load = async (): Promise<void> => {
    const answer = await get<{ waiting: readonly Waiting[] }>('waiting');
    if (answer.ok) setWaiting(answer.value.waiting);
  };
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const confirm = async ({ machine, keyId }: Waiting): Promise<void> => {
    const answer = await change<null>('POST', `machines/${encodeURIComponent(machine)}/confirm`, { key: keyId });
    setFault(answer.ok ? null : answer.fault);
    await load();
  };
  if (waiting.length === 0) return null;
  return (
    <section class="ticket" aria-live="polite">
      <h2>{say('waiting_title', { n: waiting.length })}</h2>
      <p>{say('waiting_about')}</p>
      <ul>
        {waiting.map((row) => {
          const machine = rows.value.machines.get(row.machine);
          return (
            <li key={row.keyId}>
              {machine ? machineName(machine) : row.hostname} · {row.hostname} · {row.address ?? '—'} ·{' '}
              {when(row.since)}{' '}
              <button type="button" class="button" onClick={() => void confirm(row)}>
                {say('waiting_confirm')}
              </button>
            </li>
          );
        })}
      </ul>
      <FormFault fault={fault} />
    </section>
  );
}
