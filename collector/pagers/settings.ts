import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import type { ChannelKind, PagingFile, SeatWhen } from './schema.ts';

/**
 * `paging:` of the collector's settings: by which channels pages go out, to whom, and when they wait. A channel that no
 * contact names is told of every page at once.
 */

type ChannelFile = NonNullable<PagingFile['channels']>[number];

export interface ChannelSettings extends Omit<
  ChannelFile,
  'kind' | 'url_file' | 'secret_file' | 'ca_file' | 'header_files' | 'timeout_seconds'
> {
  readonly kind: ChannelKind;
  readonly limitMs: number;
  /** Those of files too. Every value is a secret. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ContactSettings {
  readonly role: string;
  readonly channels: readonly string[];
  /** Phone numbers or addresses for channels that want them: a secret. */
  readonly to: readonly string[];
  readonly language: keyof Bilingual;
  readonly pages: 'all' | 'urgent';
  /** Null: all of them. */
  readonly rooms: readonly string[] | null;
}

export interface PagingSettings {
  readonly language: keyof Bilingual;
  /** What links in pages begin with; null: the collector's first address on the LAN. */
  readonly link: string | null;
  readonly seatPhases: readonly SeatWhen[];
  /** Minutes since midnight, the collector's own time; null: none. */
  readonly quietHours: { readonly from: number; readonly to: number } | null;
  readonly repeatMs: number;
  readonly escalateMs: number;
  readonly simulated: boolean;
  readonly channels: readonly ChannelSettings[];
  readonly contacts: readonly ContactSettings[];
  readonly heartbeat: {
    readonly url: string;
    readonly method: string;
    readonly everyMs: number;
    readonly ca?: string | undefined;
  } | null;
}

/** A fault below `paging:`. */
export interface PagingFault {
  readonly path: readonly string[];
  readonly told: Bilingual;
}

/**
 * Reads what stands in files beside it, and finds what no schema can say.
 * @param folder where the settings' file stands: files are named from there
 */
export function completePaging(file: PagingFile, folder: string): { settings: PagingSettings; faults: PagingFault[] } {
  const faults: PagingFault[] = [];
  const fault = (path: readonly (string | number)[], zh: string, en: string): void =>
    void faults.push({ path: ['paging', ...path.map(String)], told: { zh, en } });

  /** The value itself, or that of its file without the line's end. */
  function either(
    given: string | undefined,
    name: string | undefined,
    path: readonly (string | number)[],
    key: string,
  ): string | undefined {
    if (name === undefined) return given;
    if (given !== undefined) {
      fault([...path, `${key}_file`], `${key} 和 ${key}_file 只能写一个`, `give ${key} or ${key}_file, not both`);
      return given;
    }
    return fromFile(name, [...path, `${key}_file`]);
  }

  function fromFile(name: string, path: readonly (string | number)[]): string | undefined {
    try {
      return readFileSync(resolve(folder, name), 'utf8').replace(/\s+$/, '');
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      fault(path, `读不了文件 ${name}（${code}）`, `the file ${name} cannot be read (${code})`);
      return undefined;
    }
  }

  function channel(given: ChannelFile, index: number): ChannelSettings {
    const at = ['channels', index];
    const { url_file, secret_file, ca_file, header_files = {}, timeout_seconds = 10, ...rest } = given;
    const url = either(given.url, url_file, at, 'url');
    const secret = either(given.secret, secret_file, at, 'secret');
    const ca = either(given.ca, ca_file, at, 'ca');
    const headers: Record<string, string> = { ...given.headers };
    for (const [name, value] of Object.entries(header_files))
      headers[name] = fromFile(value, [...at, 'header_files', name]) ?? '';
    for (const [name, value] of Object.entries(headers)) {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(value))
        fault([...at, 'headers'], `${name} 不能用作请求头`, `${name} cannot be a header`);
    }
    const kind = given.kind as ChannelKind;
    if (kind === 'email') {
      for (const key of ['host', 'from'] as const)
        if (given[key] === undefined) fault(at, `邮件通道缺少 ${key}`, `a channel of kind email lacks ${key}`);
    } else if (url === undefined && url_file === undefined) {
      fault(at, `${kind} 通道缺少 url`, `a channel of kind ${kind} lacks url`);
    } else if (url !== undefined && !URL.canParse(url.replaceAll(/\{\{\w+\}\}/g, 'x'))) {
      fault([...at, 'url'], '这不是一个网址', 'this is no address');
    }
    if (kind === 'webhook')
      for (const name of unknownNames(`${given.template ?? ''}${url ?? ''}`))
        fault(
          [...at, 'template'],
          `模板里没有 {{${name}}}；可用的有 ${TEMPLATE_NAMES.join('、')}`,
          `the template knows no {{${name}}}; known are ${TEMPLATE_NAMES.join(', ')}`,
        );
    return {
      ...rest,
      kind,
      limitMs: timeout_seconds * 1000,
      headers,
      ...(url === undefined ? {} : { url }),
      ...(secret === undefined ? {} : { secret }),
      ...(ca === undefined ? {} : { ca }),
    };
  }

  const channels = (file.channels ?? []).map(channel);
  const ids = channels.map(({ id }) => id);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index || id === 'log')
      fault(
        ['channels', index, 'id'],
        id === 'log' ? 'log 是内置的通道，请换一个 id' : `有两个通道都叫 ${id}；请各用各的 id`,
        id === 'log' ? 'log is built in; choose another id' : `two channels are called ${id}; give each its own id`,
      );
  });
  const language = (file.language ?? 'zh') as keyof Bilingual;
  const contacts = (file.contacts ?? []).map((given, index): ContactSettings => {
    given.channels.forEach((id, place) => {
      if (!ids.includes(id))
        fault(
          ['contacts', index, 'channels', place],
          `没有通道 ${id}；已有 ${ids.join('、') || '无'}`,
          `there is no channel ${id}; there are ${ids.join(', ') || 'none'}`,
        );
    });
    for (const { id, kind, to = [] } of channels)
      if (kind === 'email' && given.channels.includes(id) && to.length + (given.to ?? []).length === 0)
        fault(['contacts', index], `${id} 不知道寄给谁：请写 to`, `${id} knows no recipient: give to`);
    return {
      role: given.role,
      channels: given.channels,
      to: given.to ?? [],
      language: (given.language ?? language) as keyof Bilingual,
      pages: (given.pages ?? 'all') as 'all' | 'urgent',
      rooms: given.rooms ?? null,
    };
  });
  channels.forEach(({ id, kind, to = [] }, index) => {
    if (kind === 'email' && to.length === 0 && !contacts.some((contact) => contact.channels.includes(id)))
      fault(['channels', index], `${id} 不知道寄给谁：请写 to`, `${id} knows no recipient: give to`);
  });
  const pulse = file.heartbeat;
  const pulseUrl = pulse && either(pulse.url, pulse.url_file, ['heartbeat'], 'url');
  if (pulse && pulse.url === undefined && pulse.url_file === undefined)
    fault(['heartbeat'], 'heartbeat 缺少 url', 'heartbeat lacks url');
  return {
    faults,
    settings: {
      language,
      link: file.link?.replace(/\/+$/, '') ?? null,
      seatPhases: (file.seat_phases ?? ['rehearsal', 'before', 'during', 'assessment']) as SeatWhen[],
      quietHours: hoursOf(file.quiet_hours ?? '20:00-07:00'),
      repeatMs: (file.repeat_minutes ?? 5) * 60_000,
      escalateMs: (file.escalate_minutes ?? 5) * 60_000,
      simulated: file.simulated ?? false,
      channels,
      contacts,
      heartbeat:
        pulse && pulseUrl !== undefined
          ? {
              url: pulseUrl,
              method: pulse.method ?? 'GET',
              everyMs: (pulse.every_seconds ?? 60) * 1000,
              ca: either(pulse.ca, pulse.ca_file, ['heartbeat'], 'ca'),
            }
          : null,
    },
  };
}

/** What a webhook's template and address may name: `{{title}}`. */
export const TEMPLATE_NAMES = [
  'title',
  'text',
  'markdown',
  'what',
  'urgency',
  'site',
  'room',
  'seat',
  'subject',
  'rule',
  'page',
  'key',
  'link',
  'to',
  'since',
  'until',
] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

function unknownNames(template: string): string[] {
  return [...template.matchAll(/\{\{(\w+)\}\}/g)]
    .map((match) => match[1]!)
    .filter((name) => !TEMPLATE_NAMES.includes(name as TemplateName));
}

function hoursOf(text: string): PagingSettings['quietHours'] {
  if (text === 'none') return null;
  const [from, to] = text.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  return { from: from!, to: to! };
}

/** What the record and the API may say of them: no address, number, header or secret. */
export function shownPaging(settings: PagingSettings): Readonly<Record<string, unknown>> {
  const { channels, contacts, heartbeat, ...rest } = settings;
  return {
    ...rest,
    channels: channels.map(({ id, kind }) => ({ id, kind })),
    contacts: contacts.map(({ to: _to, ...contact }) => contact),
    heartbeat: heartbeat && { method: heartbeat.method, everyMs: heartbeat.everyMs },
  };
}
