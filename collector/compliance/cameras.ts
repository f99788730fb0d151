import type { CatalogueFact } from '../../agent/catalogue.ts';
import { roomId } from '../identity/scopes.ts';
import type { Places } from '../identity/places.ts';
import type { Rule } from '../standard/rule.ts';
import { believed, type State, type Subject } from '../state/state.ts';

/**
 * How many cameras of a room do what the clauses ask, out of what each says of itself: a clause asks for two of a room's
 * cameras, whichever these are, so that it cannot be judged camera by camera.
 *
 * Each is counted twice: those that certainly do, and those that may (`…_possible`): with one that does and one of which
 * nothing is known, two of them are neither there nor missing.
 */
export interface CameraCounts {
  /** A device said something, or what it said ran out. */
  touch(device: string): void;
  /** Rooms whose counts may have changed since the last call. */
  takeChanged(): readonly string[];
  /** Facts of a room by whole name. */
  factsOf(room: string): Iterable<readonly [string, number | null]>;
}

/** 高清: both sides at least so large. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** As the rule says that counts them; 720p where the pack has no such rule. */
export function pictureSizeOf(rules: readonly Pick<Rule, 'reads' | 'parameters'>[]): PictureSize {
  const parameters = rules.find(({ reads }) => reads.includes('cameras.high_definition'))?.parameters ?? {};
  const number = (word: string, usual: number): number => {
    const value = parameters[word]?.value;
    return typeof value === 'number' ? value : usual;
  };
  return { width: number('minimum_width_pixels', 1280), height: number('minimum_height_pixels', 720) };
}

/** Facts of cameras that are counted here, whether or not a rule reads them. */
export const CAMERA_FACTS: readonly string[] = [
  ...['online', 'video', 'audio', 'frozen', 'width_pixels', 'height_pixels', 'recording'].map(
    (word) => `camera.${word}`,
  ),
  ...['result', 'just_recorded'].map((word) => `playback.${word}`),
];

/** By whole name. */
type Read = (name: string) => unknown;
/** True, false, or undefined when it cannot be known. */
type Asks = (read: Read, size: PictureSize) => boolean | undefined;

const ASKS: Readonly<Record<string, Asks>> = {
  high_definition(read, size) {
    const [online, width, height] = ['online', 'width_pixels', 'height_pixels'].map((word) => read(`camera.${word}`));
    if (online === false) return false;
    if (online !== true || typeof width !== 'number' || typeof height !== 'number') return undefined;
    return width >= size.width && height >= size.height;
  },
  audio_video(read) {
    const parts = [read('camera.video'), read('camera.audio'), not(read('camera.frozen'))];
    if (read('camera.online') === false || parts.includes(false)) return false;
    return parts.every((part) => part === true) ? true : undefined;
  },
  // A recorder that cannot be asked may still play what it has just recorded.
  recording(read) {
    const recording = read('camera.recording') ?? read('playback.just_recorded');
    return typeof recording === 'boolean' ? recording : undefined;
  },
  playback(read) {
    const result = read('playback.result');
    return result === 'proven' ? true : result === 'failed' ? false : undefined;
  },
};

function not(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? !value : undefined;
}

export function createCameraCounts(
  { catalogue, get }: Pick<State, 'catalogue' | 'get'>,
  places: Places,
  size: PictureSize,
): CameraCounts {
  const changed = new Set<string>();
  const facts = new Map<string, CatalogueFact>(
    CAMERA_FACTS.flatMap((name) => {
      const fact = catalogue.fact(name);
      return fact ? [[name, fact]] : [];
    }),
  );

  function readOf(camera: Subject | undefined): Read {
    return (name) => {
      const fact = facts.get(name);
      return camera && fact ? believed(camera, fact) : undefined;
    };
  }

  return {
    touch(id) {
      const device = places.device(id);
      if (device?.kind === 'camera' && device.room !== null) changed.add(roomId(device.room));
    },
    takeChanged() {
      const taken = [...changed];
      changed.clear();
      return taken;
    },
    *factsOf(room) {
      const cameras = places
        .devices()
        .filter((device) => device.kind === 'camera' && device.room !== null && roomId(device.room) === room)
        .map(({ id }) => readOf(get(id)));
      yield ['cameras.enrolled', cameras.length];
      for (const [word, asks] of Object.entries(ASKS)) {
        const answers = cameras.map((read) => asks(read, size));
        const certain = answers.filter((answer) => answer === true).length;
        const possible = answers.filter((answer) => answer !== false).length;
        yield [`cameras.${word}`, cameras.length === 0 ? null : certain];
        yield [`cameras.${word}_possible`, cameras.length === 0 ? null : possible];
      }
      const unprovable = cameras.filter((read) => read('playback.result') === 'unprovable').length;
      yield ['cameras.playback_unprovable', cameras.length === 0 ? null : unprovable];
    },
  };
}
