/**
 * The alarm: a beep that repeats while there is a reason nobody has muted. Browsers let a page sound only after a
 * person has touched it, so sound is a button that is remembered, and the first touch after a reload wakes it again.
 */
import { computed, effect, signal } from '@preact/signals';
import { link, rows } from './live.ts';
import { recall, remember } from './remembered.ts';

export const soundWanted = signal(recall('sound') === 'on');
/** The person wants sound but the browser still holds it back. */
export const soundBlocked = signal(false);

const muted = signal<ReadonlySet<string>>(new Set());

/** Why it should sound: the collector is not heard, or the id of an urgent incident nobody has acknowledged. */
const reasons = computed<readonly string[]>(() => {
  const urgent = [...rows.value.incidents.values()].filter(
    (row) => row.urgency === 'urgent' && row.acknowledgedAt === null,
  );
  return [...(link.value === 'lost' ? ['lost'] : []), ...urgent.map((row) => row.id)];
});
const audible = computed(() => reasons.value.filter((reason) => !muted.value.has(reason)));

/** True while something sounds, or would if sound were on. */
export const alarming = computed(() => audible.value.length > 0);

const REPEAT_MS = 2_500;
/** Hertz, one after the other: falling for the lost collector, rising for an urgent incident. */
const TONES = { lost: [660, 440], urgent: [740, 880, 988] } as const;

let context: AudioContext | null = null;
let timer = 0;

/** Call once. */
export function watchForAlarm(): void {
  // A reason that is over is not muted for ever: the next loss must sound again.
  effect(() => {
    const still = [...muted.value].filter((reason) => reasons.value.includes(reason));
    if (still.length !== muted.value.size) muted.value = new Set(still);
  });
  effect(() => {
    const sounding = soundWanted.value && alarming.value;
    window.clearInterval(timer);
    if (!sounding) return;
    beep();
    timer = window.setInterval(beep, REPEAT_MS);
  });
  for (const touch of ['click', 'keydown']) window.addEventListener(touch, wakeByTouch);
  if (soundWanted.value) void wake();
}

/** The button: on, or on again where the browser held it back; else off. */
export function toggleSound(): void {
  soundWanted.value = !soundWanted.value || soundBlocked.value;
  remember('sound', soundWanted.value ? 'on' : 'off');
  if (soundWanted.value) void wake();
  else void context?.suspend();
}

/** Silences what sounds now; anything new sounds again. */
export function mute(): void {
  muted.value = new Set([...muted.value, ...reasons.value]);
}

/** Any touch will do, except one of the button: its own click must still find the sound held back. */
function wakeByTouch(event: Event): void {
  const ofButton = event.target instanceof Element && event.target.closest('#sound') !== null;
  if (soundWanted.value && !ofButton) void wake();
}

async function wake(): Promise<void> {
  context ??= new AudioContext();
  if (isRunning()) return;
  // Held back, `resume` stays pending until the person touches the page: ask, and look at the state instead of waiting.
  const resumed = context.resume().catch(() => undefined);
  await Promise.race([resumed, new Promise((resolve) => setTimeout(resolve, 300))]);
  soundBlocked.value = !isRunning();
  if (soundBlocked.value) return;
  // One soft tone says that it works, or the alarm that was held back.
  if (alarming.value) beep();
  else tone(660, 0);
}

function isRunning(): boolean {
  return context?.state === 'running';
}

function beep(): void {
  if (!isRunning()) return;
  const tones = audible.value.some((reason) => reason !== 'lost') ? TONES.urgent : TONES.lost;
  tones.forEach((hertz, place) => tone(hertz, place * 0.22));
}

function tone(hertz: number, inSeconds: number): void {
  if (!context) return;
  const start = context.currentTime + inSeconds;
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = hertz;
  // Without a short rise and fall the ends of a tone crack.
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.35, start + 0.02);
  volume.gain.setValueAtTime(0.35, start + 0.16);
  volume.gain.linearRampToValueAtTime(0, start + 0.2);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.2);
}
