import { useEffect, useState } from 'preact/hooks';
import type { DrillRow } from '../../../drills/drills.ts';
import type { CameraProof } from '../../../drills/playbackAnswer.ts';
import type { UplinkCheck } from '../../../drills/uplinkTexts.ts';
import type { UplinkLive } from '../../../network/uplink.ts';
import { change, get, type Fault } from '../ask.ts';
import { addressOf } from '../address.ts';
import { Field, FormFault } from '../parts/form.tsx';
import { say, tell } from '../language.ts';
import { may, rows } from '../live.ts';
import { fullTime } from '../moments.ts';
import { deviceName } from '../names.ts';

interface Uplink {
  readonly checks: readonly UplinkCheck[];
  readonly last: DrillRow | null;
  readonly live: UplinkLive | null;
}

/** A clip is fetched for a minute; a phone on a poor network keeps up. */
const EVERY_MS = 2_000;

/** The measured proofs of one room: what its line out carries, and whether what was recorded can be played back. */
export function ProofsPage({ room }: { readonly room: string }) {
  const path = `rooms/${encodeURIComponent(room)}`;
  const [uplink, setUplink] = useState<Uplink | null>(null);
  const [cameras, setCameras] = useState<readonly CameraProof[] | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const look = async (): Promise<void> => {
    const [line, clips] = await Promise.all([
      get<Uplink>(`${path}/uplink`),
      get<{ readonly cameras: readonly CameraProof[] }>(`${path}/playback`),
    ]);
    if (line.ok) setUplink(line.value);
    else setFault(line.fault);
    if (clips.ok) setCameras(clips.value.cameras);
    else setFault(clips.fault);
  };
  useEffect(() => {
    document.title = `${say('proofs_page')} · ${say('room_name', { room })}`;
  });
  useEffect(() => {
    let timer = 0;
    let isGone = false;
    const again = async (): Promise<void> => {
      await look();
      if (!isGone) timer = window.setTimeout(() => void again(), EVERY_MS);
    };
    void again();
    return () => {
      isGone = true;
      window.clearTimeout(timer);
    };
  }, [room]);
  /** What is refused is said in words, and stays until the next try. */
  const act = async (what: string, body: object): Promise<void> => {
    const answer = await change('POST', `${path}/${what}`, body);
    setFault(answer.ok ? null : answer.fault);
    await look();
  };
  return (
    <main class="sheet drill">
      <nav class="crumbs">
        <a href={addressOf({ page: 'room', room })}>← {say('back_to_room')}</a>
      </nav>
      <h1>
        {say('proofs_page')} · {say('room_name', { room })}
      </h1>
      <p>{say('proofs_about')}</p>
      <FormFault fault={fault} />
      {uplink && <UplinkProof uplink={uplink} act={act} />}
      {cameras && <PlaybackProofs cameras={cameras} act={act} />}
    </main>
  );
}

type Act = (what: string, body: object) => Promise<void>;

function UplinkProof({ uplink, act }: { readonly uplink: Uplink; readonly act: Act }) {
  const { checks, last, live } = uplink;
  return (
    <section>
      <h2>{say('uplink_title')}</h2>
      <p>{say('uplink_about')}</p>
      {last && last.endedAt !== null && <Result drill={last} lines={uplinkLines(last)} />}
      {!last && <p class="empty">{say('uplink_none')}</p>}
      {live ? (
        <p role="status">
          {live.step === 'measuring'
            ? say('uplink_measuring')
            : say('uplink_waiting', { n: live.ahead === null ? '…' : String(live.ahead) })}
        </p>
      ) : (
        <Open checks={checks} />
      )}
      {may('drill') && !live && (
        <button
          type="button"
          class="button"
          disabled={!checks.every(({ ok }) => ok)}
          onClick={() => void act('uplink', {})}
        >
          {say('uplink_start')}
        </button>
      )}
      {may('drill') && live && (
        <button type="button" class="button" onClick={() => void act('uplink/stop', {})}>
          {say('proof_stop')}
        </button>
      )}
    </section>
  );
}

function uplinkLines({ measured }: DrillRow): readonly string[] {
  const way = (word: string, name: 'uplink_down' | 'uplink_up'): readonly string[] => {
    const rate = measured[`${word}_bytes_per_second`];
    return typeof rate === 'number' ? [say(name, { rate: ((rate * 8) / 1e6).toFixed(1) })] : [];
  };
  return [...way('down', 'uplink_down'), ...way('up', 'uplink_up'), ...why(measured)];
}

function PlaybackProofs({ cameras, act }: { readonly cameras: readonly CameraProof[]; readonly act: Act }) {
  const [at, setAt] = useState('');
  const body = (camera?: string): object => ({
    ...(camera === undefined ? {} : { camera }),
    ...(at === '' ? {} : { at: new Date(at).getTime() }),
  });
  const isReady = (checks: CameraProof['checks']): boolean => checks.every(({ ok }) => ok);
  const isBusy = cameras.some(({ ahead }) => ahead !== null);
  return (
    <section>
      <h2>{say('playback_title')}</h2>
      <p>{say('playback_about')}</p>
      {cameras.length === 0 && <p class="empty">{say('playback_no_camera')}</p>}
      {cameras.length > 0 && may('drill') && (
        <>
          <Field name="at" label={say('playback_at')} hint={say('playback_at_hint')}>
            <input
              id="at"
              name="at"
              type="datetime-local"
              value={at}
              onInput={(event) => setAt(event.currentTarget.value)}
            />
          </Field>
          <button
            type="button"
            class="button"
            disabled={!cameras.every(({ checks }) => isReady(checks))}
            onClick={() => void act('playback', body())}
          >
            {say('playback_start_all')}
          </button>{' '}
          {isBusy && (
            <button type="button" class="button" onClick={() => void act('playback/stop', {})}>
              {say('proof_stop')}
            </button>
          )}
        </>
      )}
      {cameras.map(({ id, checks, last, ahead }) => (
        <article key={id} class="proof">
          <h3>{nameOf(id)}</h3>
          {ahead !== null && (
            <p role="status">
              {ahead === 0 ? say('playback_fetching') : say('playback_waiting', { n: String(ahead) })}
            </p>
          )}
          {ahead === null && last && <Result drill={last} lines={playbackLines(last)} />}
          {ahead === null && !last && <p class="empty">{say('playback_none')}</p>}
          {ahead === null && <Open checks={checks} />}
          {ahead === null && may('drill') && (
            <button
              type="button"
              class="button"
              disabled={!isReady(checks)}
              onClick={() => void act('playback', body(id))}
            >
              {say('playback_start')}
            </button>
          )}
        </article>
      ))}
    </section>
  );
}

function nameOf(id: string): string {
  const device = rows.value.devices.get(id);
  return device ? deviceName(device) : id;
}

function playbackLines({ measured }: DrillRow): readonly string[] {
  const { from, video_seconds: seconds, width_pixels: width, height_pixels: height } = measured;
  const { codec, sound_codec: sound, clock_offset_seconds: offset } = measured;
  return [
    ...(typeof from === 'number' ? [say('playback_minute', { time: fullTime(from).slice(0, 16) })] : []),
    ...(typeof seconds === 'number'
      ? [
          say('playback_seen', {
            seconds: String(seconds),
            size: `${String(width ?? '—')}×${String(height ?? '—')}`,
            codec: String(codec ?? '—'),
            sound: String(sound ?? '—'),
          }),
        ]
      : []),
    ...(typeof offset === 'number' ? [say('playback_offset', { seconds: String(offset) })] : []),
    ...why(measured),
  ];
}

function why(measured: DrillRow['measured']): readonly string[] {
  return typeof measured['why'] === 'string' ? [measured['why']] : [];
}

/** The conditions that are not met. */
function Open({ checks }: { readonly checks: CameraProof['checks'] | Uplink['checks'] }) {
  const open = checks.filter(({ ok }) => !ok);
  if (open.length === 0) return null;
  return (
    <ul class="checks">
      {open.map(({ word, text }) => (
        <li key={word} class="is-open">
          ✗ {tell(text)}
        </li>
      ))}
    </ul>
  );
}

function Result({ drill, lines }: { readonly drill: DrillRow; readonly lines: readonly string[] }) {
  const { outcome, outcomeText, startedAt, reasonTexts, validUntil } = drill;
  return (
    <div class={`result is-${outcome ?? 'none'}`}>
      <p>
        {fullTime(startedAt)} · <b>{outcomeText ? tell(outcomeText) : say('drill_running')}</b>
        {validUntil !== null && ` · ${say('drill_valid', { date: fullTime(validUntil).slice(0, 10) })}`}
      </p>
      <ul>
        {[...reasonTexts.map((text) => tell(text)), ...lines].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
