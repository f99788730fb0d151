import type { Moment } from '../clock.ts';
import type { SiteDevice } from '../identity/machine.ts';
import type { Standard } from '../standard/rule.ts';
import type { State } from '../state/state.ts';
import { secondsLeft, type Drill, type DrillBook } from './drill.ts';

/** What the rules ask of a clip, so that the proof says the same as their verdicts. */
export interface PlaybackTarget {
  readonly leastWidth: number;
  readonly leastHeight: number;
  readonly mostClockOffsetSeconds: number;
  readonly validSeconds: number;
}

/** As the rule says that counts proofs; usual numbers where the pack has no such rule. */
export function playbackTargetOf({ rules }: Pick<Standard, 'rules'>): PlaybackTarget {
  const parameters = rules.find(({ reads }) => reads.includes('cameras.playback'))?.parameters ?? {};
  const number = (word: string, usual: number): number => {
    const value = parameters[word]?.value;
    return typeof value === 'number' ? value : usual;
  };
  return {
    leastWidth: number('minimum_width_pixels', 1280),
    leastHeight: number('minimum_height_pixels', 720),
    mostClockOffsetSeconds: number('maximum_clock_offset_seconds', 60),
    validSeconds: number('valid_seconds', 30 * 86_400),
  };
}

/** As long ago as the rule of recording looks back (`agent/probes/cameraRecording.ts`). */
const JUST_MS = 15 * 60_000;

/** Which recordings a proof is of: of another recorder or channel it says nothing. */
export function sourceOf({ url, onvif, channel }: SiteDevice): string {
  return [url, onvif, channel].filter((part) => part !== undefined).join(' ');
}

/** Tells each camera what of it is proven now. */
export function tellCameras(cameras: readonly SiteDevice[], book: DrillBook, state: State, now: Moment): void {
  const drills = book.all().filter(({ kind, outcome }) => kind === 'playback' && outcome !== null);
  for (const device of cameras) {
    const subject = state.get(device.id);
    if (!subject) continue;
    const said = factsOf(decidedOf(drills, device), now.wall);
    for (const [word, value] of Object.entries(said)) state.witness(device.id, `playback.${word}`, value, now);
  }
}

/**
 * The newest of these that says something of the camera. One whose recorder could not be asked changes nothing of what was
 * shown before; one that played what proves nothing does.
 */
export function decidedOf(drills: readonly Drill[], device: SiteDevice): Drill | undefined {
  return drills.find(
    ({ subject, measured }) =>
      subject === device.id && typeof measured['result'] === 'string' && measured['source'] === sourceOf(device),
  );
}

function factsOf(drill: Drill | undefined, wall: number) {
  if (!drill) return { result: null, expires_seconds: null, just_recorded: null };
  const { outcome, validUntil, measured, reasons } = drill;
  const left = validUntil === null ? null : secondsLeft(validUntil, wall);
  const word = outcome === 'proven' ? 'proven' : outcome === 'failed' ? 'failed' : 'unprovable';
  const isRecent = typeof measured['to'] === 'number' && wall - measured['to'] <= JUST_MS;
  const isRecorded = outcome === 'proven' ? true : reasons.includes('no-recording') ? false : null;
  return {
    result: left !== null && left <= 0 ? 'expired' : word,
    expires_seconds: left,
    just_recorded: isRecent ? isRecorded : null,
  };
}
