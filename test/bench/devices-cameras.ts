import { startFakeCamera } from '../fixtures/fakeCamera.ts';
import { serve } from './ask.ts';

/** Cameras of 1080p that send 4 Mbit/s to whoever looks, in a process of their own. */
export const handlers = {
  async start(count: number): Promise<readonly string[]> {
    const made = Array.from({ length: count }, () =>
      startFakeCamera({ burstSeconds: 0, keyBytes: 150_000, changeBytes: 44_000 }),
    );
    return (await Promise.all(made)).map((camera) => camera.url('/h264-1080'));
  },
};

serve(handlers);
