import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../../agent/catalogue.ts';
import { probe } from '../../../agent/probes/camera.ts';
import type { Facts } from '../../../agent/reading.ts';
import { createCameraCounts, pictureSizeOf } from '../../../collector/compliance/cameras.ts';
import type { SiteDevice } from '../../../collector/identity/machine.ts';
import { createPlaces } from '../../../collector/identity/places.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';
import { createState } from '../../../collector/state/state.ts';

const catalogue = buildCatalogue([probe], WITNESSED);
const device = (id: string, room: string | null): SiteDevice => ({
  id,
  kind: 'camera',
  room,
  url: 'rtsp://10.0.0.6',
  feeds: [],
});
const devices = [device('a-1', 'A'), device('a-2', 'A'), device('b-1', 'B'), device('hall', null)];

const GOOD: Facts = {
  online: true,
  video: true,
  audio: true,
  frozen: false,
  width_pixels: 1920,
  height_pixels: 1080,
  recording: true,
};

function site() {
  const state = createState(catalogue);
  const places = createPlaces(new Map(), devices, () => undefined);
  const counts = createCameraCounts(state, places, { width: 1280, height: 720 });
  let now = 0;
  return {
    counts,
    say: (id: string, facts: Facts): void => {
      state.ensure(id, 'device');
      now += 1_000;
      for (const [word, value] of Object.entries(facts))
        state.witness(id, word.includes('.') ? word : `camera.${word}`, value, { wall: now, monotonic: now });
    },
    wait: (ms: number) => state.expire({ wall: (now += ms), monotonic: now }),
    of: (room: string) =>
      Object.fromEntries([...counts.factsOf(room)].map(([name, count]) => [name.replace('cameras.', ''), count])),
  };
}

describe('the cameras of a room', () => {
  it('are counted by what each says, and of a room without any nothing is known but that', () => {
    const { say, of } = site();
    say('a-1', GOOD);
    say('a-2', GOOD);
    expect(of('room:A')).toEqual({
      enrolled: 2,
      high_definition: 2,
      high_definition_possible: 2,
      audio_video: 2,
      audio_video_possible: 2,
      recording: 2,
      recording_possible: 2,
      playback: 0,
      playback_possible: 2,
      playback_unprovable: 0,
    });
    expect(of('room:C')).toMatchObject({ enrolled: 0, high_definition: null, recording_possible: null });
  });

  it.each<[string, Facts, object]>([
    ['smaller than 720p', { height_pixels: 576 }, { high_definition: 1, high_definition_possible: 1, audio_video: 2 }],
    ['of unknown size', { width_pixels: null }, { high_definition: 1, high_definition_possible: 2 }],
    [
      'offline',
      { online: false, video: null, audio: null, frozen: null },
      { high_definition: 1, high_definition_possible: 1, audio_video: 1, audio_video_possible: 1, recording: 2 },
    ],
    ['without sound', { audio: false }, { high_definition: 2, audio_video: 1, audio_video_possible: 1 }],
    ['whose picture stands', { frozen: true }, { high_definition: 2, audio_video: 1, audio_video_possible: 1 }],
    ['looked at once', { frozen: null }, { audio_video: 1, audio_video_possible: 2 }],
    ['that is not recorded', { recording: false }, { recording: 1, recording_possible: 1 }],
    ['whose recorder cannot be asked', { recording: null }, { recording: 1, recording_possible: 2 }],
    [
      'whose recorder cannot be asked and has played what it just recorded',
      { recording: null, 'playback.just_recorded': true },
      { recording: 2, recording_possible: 2 },
    ],
    [
      'whose recorder says that it does not record, whatever it played',
      { recording: false, 'playback.just_recorded': true },
      { recording: 1, recording_possible: 1 },
    ],
    ['that was played back', { 'playback.result': 'proven' }, { playback: 1, playback_possible: 2 }],
    ['that plays the wrong minute', { 'playback.result': 'failed' }, { playback: 0, playback_possible: 1 }],
    [
      'of which nobody can tell the minute',
      { 'playback.result': 'unprovable' },
      { playback: 0, playback_possible: 2, playback_unprovable: 1 },
    ],
    ['whose proof has expired', { 'playback.result': 'expired' }, { playback: 0, playback_possible: 2 }],
  ])('with one %s', (_, facts, expected) => {
    const { say, of } = site();
    say('a-1', GOOD);
    say('a-2', { ...GOOD, ...facts });
    expect(of('room:A')).toMatchObject(expected);
  });

  it('that have been silent too long are possible and no more', () => {
    const { say, of, wait } = site();
    say('a-1', GOOD);
    say('a-2', GOOD);
    wait(200_000);
    expect(of('room:A')).toMatchObject({ enrolled: 2, high_definition: 0, high_definition_possible: 2 });
  });

  it('are as large as the rule that counts them asks, and 720p where the pack has no such rule', () => {
    const value = (number: number) => ({ value: number, unit: 'pixels' as const, about: { zh: '试', en: 'test' } });
    const rule = {
      reads: ['cameras.high_definition'],
      parameters: { minimum_width_pixels: value(1920), minimum_height_pixels: value(1080) },
    };
    expect(pictureSizeOf([rule])).toEqual({ width: 1920, height: 1080 });
    expect(pictureSizeOf([])).toEqual({ width: 1280, height: 720 });
  });

  it('change the counts of their own room alone', () => {
    const { counts } = site();
    for (const id of ['a-1', 'hall', 'ups-1']) counts.touch(id);
    expect(counts.takeChanged()).toEqual(['room:A']);
    expect(counts.takeChanged()).toEqual([]);
  });
});
