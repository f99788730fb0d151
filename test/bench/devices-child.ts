import { probe as camera } from '../../agent/probes/camera.ts';
import { probe as switchProbe } from '../../agent/probes/switch.ts';
import { probe as ups } from '../../agent/probes/ups.ts';
import type { Device } from '../../agent/probe.ts';
import { CAMERA_PASSWORD, CAMERA_USER } from '../fixtures/fakeCamera.ts';
import { serve } from './ask.ts';
import { countWire } from './wire.ts';

/** Reads devices as an agent does, and nothing else, so that what is measured is the reading. */
const looks: number[] = [];
const seen = new Set<string>();
const wire = countWire();
/** What each device last said of itself: whether it is read. */
const read = new Map<string, boolean>();

export const handlers = {
  watch(urls: readonly string[]): void {
    urls.forEach((url, index) => {
      const id = `cam-${index + 1}`;
      camera.watch!({ id, kind: 'camera', url, user: CAMERA_USER, password: CAMERA_PASSWORD }, ({ facts }) => {
        if (typeof facts['sample_bytes'] === 'number') looks.push(facts['sample_bytes']);
        if (facts['video'] === true) seen.add(id);
      });
    });
  },
  online: (): number => seen.size,
  /** Bytes of each look since the last time. */
  looks: (): readonly number[] => looks.splice(0),
  watchOthers(devices: readonly Device[]): void {
    for (const device of devices) {
      const probe = device.kind === 'ups' ? ups : switchProbe;
      probe.watch!(device, ({ facts }) => read.set(device.id, facts['reachable'] === true));
    }
  },
  /** How many of the others are read now. */
  readable: (): number => [...read.values()].filter((isRead) => isRead).length,
  /** @param upsd its port */
  bytes(upsd: number): { nut: number; snmp: number } {
    const { tcp, udp } = wire((port) => port === upsd);
    return { nut: tcp, snmp: udp };
  },
};

serve(handlers);
