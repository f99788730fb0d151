import type { CatalogueFact } from '../../agent/catalogue.ts';
import { roomId } from '../identity/scopes.ts';
import type { Places } from '../identity/places.ts';
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
const HIGH_DEFINITION = { width: 1280, height: 720 };

type Read = (word: string) => unknown;
/** True, false, or undefined when it cannot be known. */
type Asks = (read: Read) => boolean | undefined;

const ASKS: Readonly<Record<string, Asks>> = {
  high_definition(read) {
    const [online, width, height] = [read('online'), read('width_pixels'), read('height_pixels')];
    if (online === false) return false;
    if (online !== true || typeof width !== 'number' || typeof height !== 'number') return undefined;
    return width >= HIGH_DEFINITION.width && height >= HIGH_DEFINITION.height;
  },
  audio_video(read) {
    const parts = [read('video'), read('audio'), not(read('frozen'))];
    if (read('online') === false || parts.includes(false)) return false;
    return parts.every((part) => part === true) ? true : undefined;
  },
  recording(read) {
    const recording = read('recording');
    return typeof recording === 'boolean' ? recording : undefined;
  },
};

function not(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? !value : undefined;
}

export function createCameraCounts({ catalogue, get }: Pick<State, 'catalogue' | 'get'>, places: Places): CameraCounts {
  const changed = new Set<string>();
  const facts = new Map<string, CatalogueFact>(
    catalogue.facts.flatMap((fact) => (fact.probe === 'camera' && fact.part === null ? [[fact.word, fact]] : [])),
  );

  function readOf(camera: Subject | undefined): Read {
    return (word) => {
      const fact = facts.get(word);
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
        const answers = cameras.map(asks);
        const certain = answers.filter((answer) => answer === true).length;
        const possible = answers.filter((answer) => answer !== false).length;
        yield [`cameras.${word}`, cameras.length === 0 ? null : certain];
        yield [`cameras.${word}_possible`, cameras.length === 0 ? null : possible];
      }
    },
  };
}
