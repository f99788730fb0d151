import type { SiteDevice } from '../identity/machine.ts';
import type { Drill } from './drill.ts';
import { drillRow, type DrillRow, type Drills } from './drills.ts';
import type { PlaybackCheck } from './playbackTexts.ts';

/** What the command `prove` asks of the running collector. `at`: the beginning of the stated minute, ms. */
export type PlaybackQuestion =
  | { readonly act: 'start'; readonly room: string | null; readonly camera: string | null; readonly at: number | null }
  | { readonly act: 'show' | 'stop'; readonly ids: readonly string[] };

/** @param account stands in the record as who did it */
export async function answerPlayback(
  { playback, book }: Pick<Drills, 'playback' | 'book'>,
  devices: readonly SiteDevice[],
  question: PlaybackQuestion,
  account: string,
): Promise<Readonly<Record<string, unknown>>> {
  switch (question.act) {
    case 'start': {
      const { room, camera, at } = question;
      const cameras = camera === null ? camerasOf(devices, room) : [camera];
      const started = await playback.start(cameras, at, account);
      return 'refused' in started ? { checks: started.refused } : { drills: started.drills.map(drillRow) };
    }
    case 'stop':
    case 'show': {
      const ids = question.ids.slice(0, 256);
      if (question.act === 'stop') await Promise.all(ids.map((id) => playback.stop(id)));
      const rows = ids.flatMap((id): { drill: DrillRow; ahead: number | null }[] => {
        const drill = book.get(id);
        return drill?.kind === 'playback' ? [{ drill: drillRow(drill), ahead: playback.ahead(id) }] : [];
      });
      return { drills: rows };
    }
  }
  return question satisfies never;
}

/** Null: every room's. */
export function camerasOf(devices: readonly SiteDevice[], room: string | null): readonly string[] {
  return devices.flatMap((device) =>
    device.kind === 'camera' && (room === null || device.room === room) ? [device.id] : [],
  );
}

/** How one camera stands, for a page. */
export interface CameraProof {
  readonly id: string;
  readonly checks: readonly PlaybackCheck[];
  readonly last: DrillRow | null;
  /** Clips that are fetched before its own; 0: it is being fetched; null: none is asked for. */
  readonly ahead: number | null;
}

export function cameraProof({ playback, book }: Pick<Drills, 'playback' | 'book'>, id: string): CameraProof {
  const last: Drill | undefined = book.all().find(({ kind, subject }) => kind === 'playback' && subject === id);
  return {
    id,
    checks: playback.ready(id, null),
    last: last ? drillRow(last) : null,
    ahead: last ? playback.ahead(last.id) : null,
  };
}
