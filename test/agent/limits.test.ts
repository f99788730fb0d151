import { describe, expect, it } from 'vitest';
import { capSettings, DEFAULT_SETTINGS, LIMITS } from '../../agent/limits.ts';
import type { AgentSettings } from '../../agent/messages.ts';
import { frameEveryMs } from '../../agent/pace.ts';
import { testProbe } from '../fixtures/probes.ts';

const DEVICE = { id: 'ups-1', kind: 'ups', url: 'nut://10.0.0.5/exam', user: 'u', password: 'p' };

describe('settings from the collector', () => {
  it('within the limits are taken as they are', () => {
    const settings: AgentSettings = {
      probe: { internetTargets: ['10.0.0.1:443'], examSoftware: ['考核软件'] },
      frameEverySeconds: 2,
      devices: [DEVICE],
      addresses: ['10.0.0.5:9480'],
      everySeconds: { load: 30 },
    };
    expect(capSettings(settings)).toEqual({ settings, faults: [] });
  });

  it('name exam servers and platforms, and what is none of them is left out', () => {
    const good = { url: 'https://exam.internal/login', status: 200, text: '考核', ca: 'PEM' };
    const wrong = [{ url: '' }, { url: 'https://a', status: '200' }, { url: 'https://a', text: 7 }, 5];
    const said = { probe: { platforms: [good, ...wrong], examServers: ['10.0.0.5', '10.0.0.6:80', 'http://x'] } };
    const { settings, faults } = capSettings(said);
    expect(settings.probe).toMatchObject({ platforms: [good], examServers: ['10.0.0.5', '10.0.0.6:80'] });
    // Five platforms are one more than are asked.
    expect(faults).toHaveLength(5);
  });

  it('name a camera with its recorder, and one whose channel or maker cannot be is left out', () => {
    const camera = {
      id: 'cam-1',
      kind: 'camera',
      url: 'rtsp://10.0.0.6',
      onvif: 'http://10.0.0.6',
      vendor: 'hikvision',
      channel: 3,
    };
    const wrong = [
      { ...camera, channel: 257 },
      { ...camera, channel: '3' },
      { ...camera, vendor: '../x' },
      { ...camera, onvif: 7 },
    ];
    const { settings, faults } = capSettings({ devices: [camera, ...wrong] });
    expect(settings.devices).toEqual([camera]);
    expect(faults).toHaveLength(4);
  });

  it('that are missing have their defaults, and unknown ones are ignored', () => {
    expect(capSettings({ runProgram: 'calc.exe' })).toEqual({ settings: DEFAULT_SETTINGS, faults: [] });
  });

  it.each([null, [], 'x', 5])('that are %o are no settings', (said) => {
    expect(capSettings(said)).toEqual({ settings: DEFAULT_SETTINGS, faults: ['settings are not an object'] });
  });

  it.each([
    [0.001, LIMITS.frameEverySeconds.least],
    [1e9, LIMITS.frameEverySeconds.most],
    [-5, LIMITS.frameEverySeconds.least],
    ['1', DEFAULT_SETTINGS.frameEverySeconds],
    [Number.NaN, DEFAULT_SETTINGS.frameEverySeconds],
  ])('cannot make frames more often or more seldom than the agent allows: %o', (said, expected) => {
    const { settings, faults } = capSettings({ frameEverySeconds: said });
    expect(settings.frameEverySeconds).toBe(expected);
    expect(faults).toHaveLength(1);
  });

  it('cannot make the agent read more devices, dial more targets or keep more names than it allows', () => {
    const many = 1_000;
    const { settings, faults } = capSettings({
      probe: {
        internetTargets: Array.from({ length: many }, (_, index) => `10.0.0.1:${index + 1}`),
        examSoftware: Array.from({ length: many }, () => 'x'),
      },
      devices: Array.from({ length: many }, (_, index) => ({ ...DEVICE, id: `d-${index}` })),
      addresses: Array.from({ length: many }, () => '10.0.0.5:9480'),
      everySeconds: { load: 1e12 },
    });
    expect(settings.probe.internetTargets).toHaveLength(LIMITS.internetTargets);
    expect(settings.probe.examSoftware).toHaveLength(LIMITS.examSoftware);
    expect(settings.devices).toHaveLength(LIMITS.devices);
    expect(settings.addresses).toHaveLength(LIMITS.addresses);
    expect(settings.everySeconds).toEqual({ load: LIMITS.everySeconds });
    expect(faults).toHaveLength(4);
  });

  it('that are wrong in one place lose that place only, and say which', () => {
    const { settings, faults } = capSettings({
      probe: { internetTargets: ['10.0.0.1:443', 'http://evil/', 7], examSoftware: 'x' },
      devices: [DEVICE, { ...DEVICE, id: '../etc' }, DEVICE, { ...DEVICE, id: 'b', url: 'x'.repeat(501) }],
      addresses: ['10.0.0.5', ''],
    });
    expect(settings.probe.internetTargets).toEqual(['10.0.0.1:443']);
    expect(settings.devices).toEqual([DEVICE]);
    expect(settings.addresses).toEqual(['10.0.0.5:9480']);
    expect(faults).toEqual([
      'probe.internetTargets[1] is not usable',
      'probe.internetTargets[2] is not usable',
      'probe.examSoftware is not a list',
      'devices[1] is not usable',
      'devices[3] is not usable',
      'two devices are called ups-1',
      'addresses[1] is not usable',
    ]);
    expect(faults.join()).not.toContain('password');
  });
});

describe('the time between frames', () => {
  const load = testProbe('load', async () => ({ facts: {} }), { everySeconds: 5, staleAfterSeconds: 20 });
  const ups = {
    ...testProbe('ups', async () => ({ facts: {} }), { everySeconds: 1, staleAfterSeconds: 5 }),
    device: 'ups',
  };

  it('is as the settings say while no fact would go stale between two', () => {
    expect(frameEveryMs(DEFAULT_SETTINGS, [load, ups])).toBe(5_000);
    expect(frameEveryMs({ ...DEFAULT_SETTINGS, frameEverySeconds: 60 }, [load])).toBe(10_000);
  });

  it('is shorter on a machine that reads a UPS', () => {
    expect(frameEveryMs({ ...DEFAULT_SETTINGS, devices: [DEVICE] }, [load, ups])).toBe(2_750);
  });
});
