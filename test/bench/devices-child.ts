import { probe } from '../../agent/probes/camera.ts';
import { CAMERA_PASSWORD, CAMERA_USER } from '../fixtures/fakeCamera.ts';
import { serve } from './ask.ts';

/** Reads devices as an agent does, and nothing else, so that what is measured is the reading. */
const looks: number[] = [];
let online = 0;
const seen = new Set<string>();

export const handlers = {
  watch(urls: readonly string[]): void {
    urls.forEach((url, index) => {
      const id = `cam-${index + 1}`;
      probe.watch!({ id, kind: 'camera', url, user: CAMERA_USER, password: CAMERA_PASSWORD }, ({ facts }) => {
        if (typeof facts['sample_bytes'] === 'number') looks.push(facts['sample_bytes']);
        if (facts['video'] === true && !seen.has(id)) {
          seen.add(id);
          online++;
        }
      });
    });
  },
  online: (): number => online,
  /** Bytes of each look since the last time. */
  looks: (): readonly number[] => looks.splice(0),
};

serve(handlers);
