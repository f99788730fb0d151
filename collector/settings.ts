import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Bilingual } from '../agent/probe.ts';
import { isTimeZone } from './clock.ts';
import { expandDevices, hasSecret, SECRET_IN_URL, type DeviceSetting } from './devices/devices.ts';
import { deviceErrors, type SchemaError } from './devices/schemas.ts';
import { faultAt, type Fault } from './faults.ts';
import {
  completeNetwork,
  completeThroughput,
  type NetworkSettings,
  type ThroughputSettings,
} from './networkSettings.ts';
import { completePaging, type PagingSettings } from './pagers/settings.ts';
import { completeOrganization, type OrganizationSettings } from './organization/settings.ts';
import { seriesSettings } from './series/settings.ts';
import type { StoreSettings } from './series/store.ts';
import { SettingsSchema } from './settingsSchema.ts';

const schema = Compile(SettingsSchema);

type File = Omit<Static<typeof SettingsSchema>, 'devices'> & { readonly devices?: Parameters<typeof expandDevices>[0] };

/**
 * The collector's settings file, `xunkao.yaml` in the data directory or `--settings FILE`. Every key may be left out.
 * Parsed once at the start; a wrong file stops it with every fault, its line and what would be right.
 */
export interface Settings extends Required<
  Omit<
    File,
    | 'site'
    | 'devices'
    | 'phases'
    | 'parameters'
    | 'trial'
    | 'limits'
    | 'paging'
    | 'series'
    | 'network'
    | 'throughput'
    | 'organization'
  >
> {
  /** Null: what the first start decided. */
  readonly site: string | null;
  /** A recorder is one camera a channel. */
  readonly devices: readonly DeviceSetting[];
  readonly phases: { readonly rehearsalMs: number; readonly beforeMs: number; readonly afterMs: number };
  readonly parameters: NonNullable<File['parameters']>;
  /** Another standard that is tried beside it, as `standard` names one, with the values of `trial_parameters`. */
  readonly trial: string | null;
  readonly limits: NonNullable<File['limits']>;
  readonly paging: PagingSettings;
  /** Null: the record's own roll-ups serve everything. */
  readonly series: StoreSettings | null;
  /** Null: the record stays at the site, unless somebody carries it. */
  readonly organization: OrganizationSettings | null;
  readonly network: NetworkSettings;
  /** Null: no peer is named, and the line out cannot be proven. */
  readonly throughput: ThroughputSettings | null;
}

export const DEFAULT_LISTEN = '127.0.0.1:9480';

/** Where nothing is set, the ways out that nearly every Chinese network has. */
const DEFAULT_TARGETS = ['www.baidu.com:443', 'www.qq.com:443', 'www.aliyun.com:443'];

/** Where in the settings something stands, for faults that show only later: `['parameters', 'browser']`. */
export type PlaceOf = (path: readonly string[]) => Omit<Fault, 'message' | 'zh'>;

export type Read = { readonly settings: Settings; readonly placeOf: PlaceOf } | { readonly faults: readonly Fault[] };

/** @param path a file that may be absent unless a person named it */
export function readSettings(path: string, named: boolean): Read {
  let text = '';
  if (named || existsSync(path)) {
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const absent = { zh: '没有这个文件', en: 'there is no such file' };
      const told = code === 'ENOENT' ? absent : { zh: `无法读取：${message}`, en: `it cannot be read: ${message}` };
      return { faults: [{ ...faultAt(path, '', 0, told), excerpt: '' }] };
    }
  }
  return parseSettings(path, text);
}

export function parseSettings(file: string, text: string): Read {
  const document = parseDocument(text, { lineCounter: new LineCounter(), prettyErrors: false });
  const faults: Fault[] = document.errors.map((error) =>
    faultAt(file, text, error.pos[0], { zh: `不是正确的 YAML：${error.message}`, en: error.message }),
  );
  if (faults.length > 0) return { faults };
  const fault = (path: readonly string[], told: Bilingual): void => {
    faults.push(faultAt(file, text, offsetOf(path), told));
  };
  const value: unknown = document.toJS() ?? {};
  for (const error of schema.Errors(value)) tell(SettingsSchema, error, []);
  const listed = (value as { devices?: unknown }).devices;
  for (const [index, device] of (Array.isArray(listed) ? listed : []).entries()) {
    const path = ['devices', String(index)];
    const secret = hasSecret(device);
    if (secret !== null) fault([...path, secret], SECRET_IN_URL);
    const { root, errors } = deviceErrors(device) ?? { root: null, errors: [] };
    for (const error of errors) if (secret === null || error.instancePath !== `/${secret}`) tell(root, error, path);
  }
  const devices = faults.length > 0 ? [] : expandDevices((value as File).devices ?? []);
  const ids = devices.map((device) => device.id);
  new Set(ids).forEach((id) => {
    if (ids.indexOf(id) === ids.lastIndexOf(id)) return;
    fault(placeOfId(value as File, id), {
      zh: `有两个设备都叫 ${id}；请各用各的 id`,
      en: `two devices are called ${id}; give each its own id`,
    });
  });
  const zone = (value as File).time_zone;
  if (typeof zone === 'string' && !isTimeZone(zone)) {
    fault(['time_zone'], {
      zh: `不认识的时区 ${zone}；应为 Asia/Shanghai 这样的名称`,
      en: `unknown time zone ${zone}; expected a name such as Asia/Shanghai`,
    });
  }
  const paging = completePaging(faults.length > 0 ? {} : ((value as File).paging ?? {}), dirname(file));
  for (const { path, told } of paging.faults) fault(path, told);
  const series = storeOf(faults.length > 0 ? undefined : (value as File).series, dirname(file), fault);
  const organization = completeOrganization(
    faults.length > 0 ? undefined : (value as File).organization,
    dirname(file),
  );
  for (const { path, told } of organization.faults) fault(path, told);
  const throughput = completeThroughput(faults.length > 0 ? undefined : (value as File).throughput, dirname(file));
  for (const { path, told } of throughput.faults) fault(path, told);
  if (faults.length > 0) return { faults: faults.sort((left, right) => left.line - right.line) };
  return {
    settings: complete(value as File, dirname(file), {
      paging: paging.settings,
      series,
      organization: organization.settings,
      throughput: throughput.settings,
    }),
    placeOf: (path) => faultAt(file, text, offsetOf(path), ''),
  };

  function tell(
    root: unknown,
    { keyword, instancePath, schemaPath, params }: SchemaError,
    base: readonly string[],
  ): void {
    // The same place is reported again, by name, as additionalProperties.
    if (keyword === 'boolean') return;
    const inside = instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const path = [...base, ...inside];
    if (keyword === 'additionalProperties') {
      const known = knownKeys(root, inside);
      for (const key of (params as { additionalProperties: readonly string[] }).additionalProperties)
        fault([...path, key], {
          zh: `不认识 ${key}；这里可用的有 ${known.join('、')}`,
          en: `unknown key ${key}; known here: ${known.join(', ')}`,
        });
      return;
    }
    if (keyword === 'required') {
      const missing = (params as { requiredProperties: readonly string[] }).requiredProperties.join(', ');
      fault(path, { zh: `${path.join('.')} 缺少 ${missing}`, en: `${path.join('.')} lacks ${missing}` });
      return;
    }
    fault(path, expected(root, path.join('.'), schemaPath));
  }

  function offsetOf(path: readonly string[]): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(
        path.slice(0, length).map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
        true,
      );
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }
}

/** What would be right there, from the schema's own description. */
function expected(root: unknown, where: string, schemaPath: string): Bilingual {
  const right = walk(root, schemaPath.split('/').slice(1));
  const [zh, en] = [right?.['zh'], right?.['description']] as (string | undefined)[];
  const place = { zh: where || '这个文件', en: where || 'the file' };
  if (zh !== undefined && en !== undefined) return { zh: `${place.zh} 应为 ${zh}`, en: `${place.en}: expected ${en}` };
  const shape = SHAPES[String(right?.['type'])];
  const { minLength, maxLength } = (right ?? {}) as { minLength?: number; maxLength?: number };
  if (maxLength === undefined)
    return {
      zh: `${place.zh} 应为${shape?.zh ?? '别的内容'}`,
      en: `${place.en}: expected ${shape?.en ?? 'something else'}`,
    };
  return {
    zh: `${place.zh} 应为 ${minLength ?? 0} 到 ${maxLength} 个字符的文本`,
    en: `${place.en}: expected a text of ${minLength ?? 0} to ${maxLength} characters`,
  };
}

const SHAPES: Readonly<Record<string, Bilingual>> = {
  object: { zh: '“键: 值”的形式', en: 'keys with values' },
  array: { zh: '列表', en: 'a list' },
  string: { zh: '文本', en: 'a text' },
};

/** @param folder where the file stands: a folder of rules is named from there */
function complete(
  file: File,
  folder: string,
  completed: Pick<Settings, 'paging' | 'series' | 'organization' | 'throughput'>,
): Settings {
  const { rehearsal_hours = 24, before_minutes = 60, after_minutes = 60 } = file.phases ?? {};
  return Object.freeze({
    site: file.site ?? null,
    listen: file.listen ?? [DEFAULT_LISTEN],
    standard: standardOf(file.standard ?? 'live-commerce', folder),
    parameters: file.parameters ?? {},
    trial: file.trial === undefined ? null : standardOf(file.trial, folder),
    trial_parameters: file.trial_parameters ?? {},
    internet_targets: file.internet_targets ?? DEFAULT_TARGETS,
    exam_software: file.exam_software ?? [],
    protection_products: file.protection_products ?? [],
    seat_pattern: file.seat_pattern ?? '',
    frame_every_seconds: file.frame_every_seconds ?? 5,
    devices: expandDevices(file.devices ?? []),
    limits: file.limits ?? {},
    time_zone: file.time_zone ?? 'Asia/Shanghai',
    ...completed,
    network: completeNetwork(file.network),
    phases: {
      rehearsalMs: rehearsal_hours * 3_600_000,
      beforeMs: before_minutes * 60_000,
      afterMs: after_minutes * 60_000,
    },
  });
}

function storeOf(
  given: File['series'],
  folder: string,
  fault: (path: readonly string[], told: Bilingual) => void,
): StoreSettings | null {
  if (!given) return null;
  try {
    return seriesSettings(given, folder);
  } catch (error) {
    const { message } = error as Error;
    fault(['series', 'password_file'], {
      zh: `series.password_file 无法读取：${message}`,
      en: `series.password_file cannot be read: ${message}`,
    });
    return null;
  }
}

/** Where the last device stands that is called so, or whose channel is. */
function placeOfId({ devices = [] }: File, id: string): string[] {
  const index = devices.findLastIndex((device) => expandDevices([device]).some((each) => each.id === id));
  return ['devices', String(index), 'id'];
}

/** A plain word is a pack that comes along; anything with a slash is a folder. */
function standardOf(name: string, folder: string): string {
  return /[/\\]/.test(name) ? resolve(folder, name) : name;
}

function knownKeys(root: unknown, path: readonly string[]): string[] {
  const steps = path.flatMap((part) => (/^\d+$/.test(part) ? ['items'] : ['properties', part]));
  return Object.keys((walk(root, steps)?.['properties'] as object | undefined) ?? {});
}

function walk(root: unknown, steps: readonly string[]): Record<string, unknown> | undefined {
  let node: unknown = root;
  for (const step of steps) node = (node as Record<string, unknown> | undefined)?.[step];
  return node as Record<string, unknown> | undefined;
}
