import { useEffect, useState } from 'preact/hooks';
import type { TargetedSubmitEvent } from 'preact';
import type { DrillRow } from '../../../drills/drills.ts';
import type { UpsLive } from '../../../drills/ups.ts';
import type { UpsSample } from '../../../drills/upsDrill.ts';
import type { Check } from '../../../drills/upsReady.ts';
import { change, get, type Fault } from '../ask.ts';
import { Curve } from '../parts/curve.tsx';
import { Field, FormFault, valuesOf } from '../parts/form.tsx';
import { say, tell } from '../language.ts';
import { may, rows } from '../live.ts';
import { fullTime } from '../moments.ts';
import { deviceName, machineName } from '../names.ts';
import { addressOf } from '../address.ts';

interface Ready {
  readonly checks: readonly Check[];
  readonly load: number | null;
  readonly running: string | null;
}
type Shown = DrillRow & { readonly live: UpsLive | null };

/** A person reads it beside the UPS: a second late is soon enough, and a phone on a poor network keeps up. */
const EVERY_MS = 2_000;

/** Walks a person through the discharge drill of one UPS. */
export function DrillPage({ id }: { readonly id: string }) {
  const [ready, setReady] = useState<Ready | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const [drills, setDrills] = useState<readonly DrillRow[]>([]);
  const check = async (load?: number): Promise<void> => {
    const query = load === undefined ? '' : `?load=${load}`;
    const answer = await get<Ready>(`ups/${encodeURIComponent(id)}/drill${query}`);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    if (load === undefined && answer.value.load !== null && answer.value.running === null)
      return check(rounded(answer.value.load));
    setReady(answer.value);
  };
  const load = async (): Promise<void> => {
    const answer = await get<{ readonly drills: readonly DrillRow[] }>(`drills?subject=${encodeURIComponent(id)}`);
    if (answer.ok) setDrills(answer.value.drills);
    await check();
  };
  useEffect(() => void load(), [id]);
  const device = rows.value.devices.get(id);
  const name = device ? deviceName(device) : id;
  useEffect(() => {
    document.title = `${say('drill_page')} · ${name}`;
  });
  const running = ready?.running ?? null;
  const begun = (drill: string): void => setReady((known) => (known ? { ...known, running: drill } : known));
  return (
    <main class="sheet drill">
      <nav class="crumbs">
        <a href={addressOf({ page: 'subject', id })}>← {say('back')}</a>
      </nav>
      <h1>
        {say('drill_page')} · {name}
      </h1>
      <p>{say('drill_about')}</p>
      <FormFault fault={fault} />
      {running !== null && <Running key={running} id={running} over={() => void load()} />}
      {running === null && ready && <Conditions id={id} ready={ready} check={check} begun={begun} refused={setFault} />}
      <h2>{say('drill_earlier')}</h2>
      {drills.filter(({ endedAt }) => endedAt !== null).length === 0 && <p class="empty">{say('drill_none')}</p>}
      {drills.map((drill) => drill.endedAt !== null && <Result key={drill.id} drill={drill} />)}
    </main>
  );
}

interface ConditionsProps {
  readonly id: string;
  readonly ready: Ready;
  readonly check: (load?: number) => Promise<void>;
  readonly begun: (drill: string) => void;
  readonly refused: (fault: Fault) => void;
}

function Conditions({ id, ready, check, begun, refused }: ConditionsProps) {
  const [percent, setPercent] = useState(ready.load === null ? '' : String(Math.round(ready.load * 100)));
  const isReady = ready.checks.every(({ ok }) => ok);
  const begin = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    const load = rounded(Number(valuesOf(event)['load']) / 100);
    const answer = await change<DrillRow>('POST', `ups/${encodeURIComponent(id)}/drill`, { exam_load_ratio: load });
    if (answer.ok) return begun(answer.value.id);
    refused(answer.fault);
    await check(load);
  };
  return (
    <section>
      <h2>{say('drill_conditions')}</h2>
      <ul class="checks">
        {ready.checks.map(({ word, ok, text, seen }) => (
          <li key={word} class={ok ? 'is-ok' : 'is-open'}>
            {ok ? '✓' : '✗'} {tell(text)} {seen && <small>{tell(seen)}</small>}
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => void begin(event)}>
        <Field name="load" label={say('drill_load')}>
          <input
            id="load"
            name="load"
            type="number"
            min="5"
            max="100"
            required
            value={percent}
            onInput={(event) => setPercent(event.currentTarget.value)}
          />
        </Field>
        <button
          type="button"
          class="button"
          onClick={() => void check(percent === '' ? undefined : rounded(Number(percent) / 100))}
        >
          {say('drill_check_again')}
        </button>{' '}
        {may('drill') && (
          <button type="submit" class="button is-main" disabled={!isReady}>
            {say('drill_start')}
          </button>
        )}
      </form>
    </section>
  );
}

/** How it stands now, and what the person has to do, in letters that are read from across the room. */
function Running({ id, over }: { readonly id: string; readonly over: () => void }) {
  const [drill, setDrill] = useState<Shown | null>(null);
  const [samples, setSamples] = useState<readonly UpsSample[]>([]);
  useEffect(() => {
    let isGone = false;
    let timer = 0;
    const look = async (): Promise<void> => {
      const answer = await get<Shown>(`drills/${id}`);
      const curve = await get<{ readonly samples: readonly UpsSample[] }>(`drills/${id}/samples`);
      if (isGone) return;
      if (answer.ok) setDrill(answer.value);
      if (curve.ok) setSamples(curve.value.samples);
      if (answer.ok && answer.value.endedAt !== null) return over();
      timer = window.setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return () => {
      isGone = true;
      window.clearTimeout(timer);
    };
  }, [id]);
  const live = drill?.live;
  if (!live) return <p class="empty">{say('opening')}</p>;
  const { call, seconds, targetSeconds, look, away, gaps } = live;
  const isLoud = call === 'restoreNow' || call === 'unreadable';
  const names = away.map((machine) => {
    const row = rows.value.machines.get(machine);
    return row ? machineName(row) : machine;
  });
  return (
    <section>
      <p class={`call is-${call}`} role={isLoud ? 'alert' : 'status'}>
        {tell(live.text)}
      </p>
      <dl class="facts">
        <Big term={say('drill_seconds')} value={`${timeOf(seconds)} / ${timeOf(targetSeconds)}`} />
        <Big term={say('drill_volts')} value={look.batteryVolts === null ? '—' : `${look.batteryVolts} V`} />
        <Big term={say('drill_load_now')} value={percentOf(look.load)} />
        <Big term={say('drill_charge')} value={percentOf(look.charge)} />
      </dl>
      {gaps > 0 && <p class="spoiled">{say('drill_gaps', { count: String(gaps) })}</p>}
      {names.length > 0 && <p class="spoiled">{say('drill_away', { names: names.join(say('list_comma')) })}</p>}
      <Curve samples={samples} targetSeconds={targetSeconds} />
      {may('drill') && (
        <button type="button" class="button" onClick={() => void change('POST', `drills/${id}/stop`, {})}>
          {say('drill_stop')}
        </button>
      )}
    </section>
  );
}

function Result({ drill }: { readonly drill: DrillRow }) {
  const [samples, setSamples] = useState<readonly UpsSample[] | null>(null);
  const { id, outcome, outcomeText, startedAt, measured, reasonTexts, validUntil, projection } = drill;
  const open = async (): Promise<void> => {
    if (samples) return;
    const answer = await get<{ readonly samples: readonly UpsSample[] }>(`drills/${id}/samples`);
    if (answer.ok) setSamples(answer.value.samples);
  };
  const projected = measured['projected_seconds'];
  return (
    <details class={`result is-${outcome ?? 'none'}`} onToggle={() => void open()}>
      <summary>
        {fullTime(startedAt)} · <b>{outcomeText ? tell(outcomeText) : say('drill_running')}</b> ·{' '}
        {timeOf(Number(measured['seconds'] ?? 0))}
        {validUntil !== null && ` · ${say('drill_valid', { date: fullTime(validUntil).slice(0, 10) })}`}
      </summary>
      <ul>
        {reasonTexts.map((text) => (
          <li key={text.en}>{tell(text)}</li>
        ))}
        {typeof projected === 'number' && projection && (
          <li>
            {say('drill_projected', {
              time: timeOf(projected),
              error: String(Math.round(Number(measured['projected_error_ratio']) * 100)),
            })}{' '}
            {tell(projection)}
          </li>
        )}
      </ul>
      {samples && <Curve samples={samples} targetSeconds={Number(measured['target_seconds'])} />}
      {drill.samplesHash !== null && <small>{say('drill_hash', { hash: drill.samplesHash })}</small>}
    </details>
  );
}

function Big({ term, value }: { readonly term: string; readonly value: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd class="big">{value}</dd>
    </div>
  );
}

function percentOf(ratio: number | null): string {
  return ratio === null ? '—' : `${Math.round(ratio * 100)} %`;
}

/** In thousandths, as the API takes it. */
function rounded(ratio: number): number {
  return Math.min(1, Math.round(ratio * 1_000) / 1_000);
}

/** `1:59:05` */
function timeOf(seconds: number): string {
  const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds % 60))}`;
}
