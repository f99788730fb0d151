import type { TrackSeen } from '../protocols/rtpTrack.ts';

/**
 * Tells a picture that stands still from one that lives. A sensor's noise makes every picture that is coded by itself
 * another one: between two of them a real scene differs by some hundred bytes at least, even at night with the lens covered.
 * A stuck one gives the same bytes, or nearly so: H.264 numbers such pictures (`idr_pic_id`), which moves bits by two bytes
 * at most, and a rate control may still be settling.
 */
export interface Stillness {
  /** True: it has stood still over at least two looks. Null: not yet known. */
  take(video: TrackSeen): boolean | null;
}

const SAME_BYTES = 4;
/** Looks that are compared, this one included: over three minutes. */
const LOOKS = 3;

export function createStillness(): Stillness {
  let looks: TrackSeen['keys'][] = [];
  return {
    take({ keys, between }) {
      // Pictures that only come as changes (intra refresh): those of a still one all are as small as can be.
      if (keys.length === 0) return spread(between) > SAME_BYTES ? false : null;
      looks = [keys, ...looks].slice(0, LOOKS);
      const [now = [], before, ...older] = looks;
      if (before === undefined) return spread(bytesOf(now)) > SAME_BYTES ? false : null;
      const seen = new Set(before.map(({ digest }) => digest));
      if (now.some(({ digest }) => seen.has(digest))) return true;
      if (spread(bytesOf([...now, ...before])) > SAME_BYTES) return false;
      // Twice may be chance; a third time is none.
      const oldest = older[0];
      return oldest === undefined ? null : spread(bytesOf([...now, ...before, ...oldest])) <= SAME_BYTES;
    },
  };
}

function bytesOf(keys: TrackSeen['keys']): readonly number[] {
  return keys.map(({ bytes }) => bytes);
}

function spread(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : Math.max(...numbers) - Math.min(...numbers);
}
