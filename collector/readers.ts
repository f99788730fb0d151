import type { FastifyBaseLogger as Log } from 'fastify';
import { SECRETS, type Bilingual, type Device, type Secret } from '../agent/probe.ts';
import type { Machine, SiteDevice } from './identity/machine.ts';
import type { Places } from './identity/places.ts';
import type { Secrets } from './secrets.ts';

export interface ReadersParts {
  readonly devices: readonly SiteDevice[];
  readonly places: Places;
  readonly secrets: Pick<Secrets, 'of'>;
  /** The machine of the collector's own agent. */
  readonly local: () => string | undefined;
  readonly log: Log;
}

/** Who reads which device, and what of it they are told. */
export interface Readers {
  /** The devices that this machine reads, each with its secrets. */
  devicesOf(machine: Machine): readonly Device[];
  /** The secrets have changed: reads them anew. The machines that read devices. */
  reload(): readonly string[];
  warnings(): readonly { readonly word: string; readonly text: Bilingual }[];
}

/** A candidate sits there, who may well be an administrator of it. */
const SEATS: readonly Machine['role'][] = ['candidate', 'spare'];

export function createReaders({ devices, places, secrets, local, log }: ReadersParts): Readers {
  /** Of every device since the last change; each page asks for the warnings. */
  let known = new Map<string, Readonly<Partial<Record<Secret, string>>>>();

  function secretsOf(device: SiteDevice): Readonly<Partial<Record<Secret, string>>> {
    let mine = known.get(device.id);
    if (!mine) known.set(device.id, (mine = readSecrets(device)));
    return mine;
  }

  function readSecrets({
    id,
    recorder,
    password,
    community,
    privacy,
  }: SiteDevice): Readonly<Partial<Record<Secret, string>>> {
    const plain = Object.fromEntries(
      Object.entries({ password, community, privacy }).filter(([, value]) => value !== undefined),
    );
    try {
      // What was stored is newer than what stood in the file.
      return { ...plain, ...(recorder === undefined ? {} : secrets.of(recorder)), ...secrets.of(id) };
    } catch (error) {
      log.error((error as Error).message);
      return plain;
    }
  }

  const isTold = (device: SiteDevice): boolean => SECRETS.some((word) => secretsOf(device)[word] !== undefined);

  /** Whoever sits at that seat could read the password: the device is not read there at all. */
  const isExposed = (device: SiteDevice, { id, role }: Machine): boolean =>
    SEATS.includes(role) && id !== local() && isTold(device);

  function readerOf({ id }: SiteDevice): Machine | undefined {
    const reader = places.reader(id);
    return reader === undefined ? undefined : places.machine(reader);
  }

  return {
    devicesOf: (machine) =>
      devices
        .filter((device) => places.reader(device.id) === machine.id && !isExposed(device, machine))
        .map((device): Device => {
          const { room: _room, feeds: _feeds, reader: _reader, recorder: _recorder, options, ...rest } = device;
          return { ...rest, ...secretsOf(device), ...(options === undefined ? {} : { options }) };
        }),
    reload() {
      known = new Map();
      return [...new Set(devices.flatMap(({ id }) => places.reader(id) ?? []))];
    },
    warnings() {
      const exposed: string[] = [];
      const onServers: string[] = [];
      for (const device of devices) {
        const reader = readerOf(device);
        if (!reader) continue;
        if (isExposed(device, reader)) exposed.push(device.id);
        if (reader.role === 'server' || reader.role === 'standby') onServers.push(device.id);
      }
      return [
        ...(exposed.length === 0 ? [] : [{ word: 'reader-seat', text: atSeat(exposed) }]),
        ...(onServers.length === 0 ? [] : [{ word: 'reader-server', text: onServer(onServers) }]),
      ];
    },
  };
}

function atSeat(ids: readonly string[]): Bilingual {
  return {
    zh: `设备 ${ids.join('、')} 由考生机或备用机读取，坐在那里的人能看到设备密码，因此没有读取。请把 reader 改为采集器所在的电脑或角色为 gateway 的机器。`,
    en: `${ids.join(', ')}: the reader is a candidate’s or spare machine, whose user could see the password, so it is not read. Name the collector’s own PC or a machine of the role gateway as its reader.`,
  };
}

function onServer(ids: readonly string[]): Bilingual {
  return {
    zh: `设备 ${ids.join('、')} 由考试服务器读取；服务器上只应运行考试。请把 reader 改为采集器所在的电脑或角色为 gateway 的机器。`,
    en: `${ids.join(', ')}: the reader is an exam server, on which nothing but the exam should run. Name the collector’s own PC or a machine of the role gateway as its reader.`,
  };
}
