import type { Device } from '../probe.ts';
import { HttpError } from '../protocols/http.ts';
import { openRecorders } from '../protocols/recorders/open.ts';
import type { Recorder } from '../protocols/recorders/recorder.ts';
import type { RecorderComm } from './cameraWords.ts';

/** What a camera's recorder says of it. */
export interface Recording {
  readonly comm: RecorderComm;
  readonly clockOffsetMs: number | null;
  /** Seconds since the last recorded moment, by its own clock; null when it cannot be known. */
  readonly ageSeconds: number | null;
  readonly model: string | null;
}

export const NO_RECORDER: Recording = { comm: 'none', clockOffsetMs: null, ageSeconds: null, model: null };

/** A file that is being written shows up in a search only now and then: half an hour is looked over. */
const LOOK_BACK_MS = 30 * 60_000;
/** Recorded within so long: it records. Recorders close a file, and list it, every 5 to 15 minutes. */
export const RECORDS_WITHIN_SECONDS = 15 * 60;

/** Asks the standard's way and then the maker's, until one of them knows of a recording. */
export async function askRecording(device: Device, timeoutMs: number): Promise<Recording> {
  const ways = openRecorders(device, timeoutMs);
  let told: Recording = NO_RECORDER;
  for (const way of ways) {
    const next = await askOne(way);
    told = {
      comm: told.comm === 'ok' ? 'ok' : next.comm,
      clockOffsetMs: told.clockOffsetMs ?? next.clockOffsetMs,
      ageSeconds: least(told.ageSeconds, next.ageSeconds),
      model: told.model ?? next.model,
    };
    // A second wrong answer would lock the user sooner.
    if (next.comm === 'unauthorized' || (told.ageSeconds ?? Infinity) <= RECORDS_WITHIN_SECONDS) break;
  }
  return told;
}

async function askOne(way: Recorder): Promise<Recording> {
  let clockOffsetMs: number | null = null;
  try {
    clockOffsetMs = await way.clockOffsetMs();
    const model = (await way.model?.()) || null;
    const now = Date.now() + (clockOffsetMs ?? 0);
    const segments = await way.segments(now - LOOK_BACK_MS, now);
    if (segments === null) return { ...NO_RECORDER, comm: 'unsupported', clockOffsetMs, model };
    const ages = segments.map(({ to, isOpen }) => (isOpen ? 0 : Math.max(0, now - to) / 1000));
    // Nothing within half an hour: at least so old.
    const ageSeconds = Math.round(ages.reduce((left, right) => Math.min(left, right), LOOK_BACK_MS / 1000));
    return { comm: 'ok', clockOffsetMs, ageSeconds, model };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { ...NO_RECORDER, comm: error.trouble, clockOffsetMs };
  }
}

function least(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : Math.min(left, right);
}
