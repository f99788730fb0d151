import { existsSync, readFileSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { faultAt, type Fault } from './faults.ts';

/**
 * The collector's settings file, `xunkao.yaml` in the data directory or `--settings FILE`. Every key may be left out.
 * Parsed once at the start; a wrong file stops it with every fault, its line and what would be right.
 */
const Seconds = (about: string, least: number, most: number) =>
  Type.Number({ description: about, minimum: least, maximum: most });

const DeviceSchema = Type.Object(
  {
    id: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
      description: 'lower-case letters, digits and dashes, such as ups-1',
    }),
    kind: Type.Union([Type.Literal('ups')], { description: 'ups' }),
    url: Type.String({
      pattern: '^nut(\\+tls)?://[^\\s/@]+/[^\\s/]+$',
      description: 'nut://HOST[:PORT]/UPS or nut+tls://…',
    }),
    room: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
    user: Type.Optional(Type.String({ maxLength: 64 })),
    password: Type.Optional(Type.String({ maxLength: 128 })),
    ca: Type.Optional(Type.String({ maxLength: 8192, description: 'PEM of the CA of the device' })),
    reader: Type.Optional(Type.String({ description: 'ROOM/SEAT or machine id of the agent that reads it' })),
    feeds: Type.Optional(
      Type.Array(Type.String(), { maxItems: 200, description: 'ROOM/SEAT or machine ids that hang on it' }),
    ),
  },
  { additionalProperties: false },
);

const Schema = Type.Object(
  {
    site: Type.Optional(
      Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$', description: 'lower-case letters, digits and dashes' }),
    ),
    listen: Type.Optional(
      Type.Array(Type.String({ pattern: '^(\\[[0-9a-f:]+\\]|[^:\\s]+):\\d{1,5}$', description: 'HOST:PORT' }), {
        minItems: 1,
        maxItems: 8,
      }),
    ),
    standard: Type.Optional(Type.String({ description: 'the name of a pack, or a folder' })),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
        description: 'by rule, then by parameter',
      }),
    ),
    internet_targets: Type.Optional(
      Type.Array(Type.String({ pattern: '^[^\\s:]+:\\d{1,5}$', description: 'HOST:PORT' }), { maxItems: 8 }),
    ),
    exam_software: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 16 })),
    frame_every_seconds: Type.Optional(Seconds('seconds between frames', 1, 60)),
    devices: Type.Optional(Type.Array(DeviceSchema, { maxItems: 200 })),
    phases: Type.Optional(
      Type.Object(
        {
          rehearsal_hours: Type.Optional(Seconds('hours before the start', 1, 24 * 30)),
          before_minutes: Type.Optional(Seconds('minutes before the start', 5, 24 * 60)),
          after_minutes: Type.Optional(Seconds('minutes after the end', 0, 24 * 60)),
        },
        { additionalProperties: false },
      ),
    ),
    limits: Type.Optional(
      Type.Record(Type.String(), Type.Number({ minimum: 1 }), { description: 'see the table of limits in the README' }),
    ),
  },
  { additionalProperties: false },
);

type File = Static<typeof Schema>;
const schema = Compile(Schema);

export interface Settings extends Required<Omit<File, 'site' | 'devices' | 'phases' | 'parameters' | 'limits'>> {
  /** Null: what the first start decided. */
  readonly site: string | null;
  readonly devices: NonNullable<File['devices']>;
  readonly phases: { readonly rehearsalMs: number; readonly beforeMs: number; readonly afterMs: number };
  readonly parameters: NonNullable<File['parameters']>;
  readonly limits: NonNullable<File['limits']>;
}

export const DEFAULT_LISTEN = '127.0.0.1:9480';

/** Where nothing is set, the ways out that nearly every Chinese network has. */
const DEFAULT_TARGETS = ['www.baidu.com:443', 'www.qq.com:443', 'www.aliyun.com:443'];

export type Read = { readonly settings: Settings } | { readonly faults: readonly Fault[] };

/** @param path a file that may be absent unless a person named it */
export function readSettings(path: string, named: boolean): Read {
  if (!existsSync(path)) {
    if (!named) return { settings: complete({}) };
    return { faults: [{ file: path, line: 1, column: 1, message: 'there is no such file', excerpt: '' }] };
  }
  return parseSettings(path, readFileSync(path, 'utf8'));
}

export function parseSettings(file: string, text: string): Read {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults: Fault[] = document.errors.map((error) => faultAt(file, text, error.pos[0], error.message));
  if (faults.length > 0) return { faults };
  const value: unknown = document.toJS() ?? {};
  for (const { keyword, instancePath, schemaPath, message, params } of schema.Errors(value)) {
    // The same place is reported again, by name, as additionalProperties.
    if (keyword === 'boolean') continue;
    const path = instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const unknown =
      keyword === 'additionalProperties'
        ? (params as { additionalProperties: readonly string[] }).additionalProperties
        : [];
    for (const key of unknown)
      faults.push(
        faultAt(file, text, offsetOf([...path, key]), `unknown key ${key}; known here: ${knownKeys(path).join(', ')}`),
      );
    if (unknown.length > 0) continue;
    const right = descriptionAt(schemaPath);
    faults.push(
      faultAt(file, text, offsetOf(path), `${path.join('.') || 'the file'} ${message}${right ? `: ${right}` : ''}`),
    );
  }
  if (faults.length > 0) return { faults: faults.sort((left, right) => left.line - right.line) };
  const settings = complete(value as File);
  const ids = settings.devices.map((device) => device.id);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index)
      faults.push(
        faultAt(
          file,
          text,
          offsetOf(['devices', String(index), 'id']),
          `two devices are called ${id}; give each its own id`,
        ),
      );
  });
  return faults.length > 0 ? { faults } : { settings };

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

function complete(file: File): Settings {
  const { rehearsal_hours = 24, before_minutes = 60, after_minutes = 60 } = file.phases ?? {};
  return Object.freeze({
    site: file.site ?? null,
    listen: file.listen ?? [DEFAULT_LISTEN],
    standard: file.standard ?? 'live-commerce',
    parameters: file.parameters ?? {},
    internet_targets: file.internet_targets ?? DEFAULT_TARGETS,
    exam_software: file.exam_software ?? [],
    frame_every_seconds: file.frame_every_seconds ?? 5,
    devices: file.devices ?? [],
    limits: file.limits ?? {},
    phases: {
      rehearsalMs: rehearsal_hours * 3_600_000,
      beforeMs: before_minutes * 60_000,
      afterMs: after_minutes * 60_000,
    },
  });
}

/** The description of the schema node that an error names, such as `#/properties/site`. */
function descriptionAt(schemaPath: string): string | undefined {
  return walk(schemaPath.split('/').slice(1))?.['description'] as string | undefined;
}

function knownKeys(path: readonly string[]): string[] {
  const steps = path.flatMap((part) => (/^\d+$/.test(part) ? ['items'] : ['properties', part]));
  return Object.keys((walk(steps)?.['properties'] as object | undefined) ?? {});
}

function walk(steps: readonly string[]): Record<string, unknown> | undefined {
  let node: unknown = Schema;
  for (const step of steps) node = (node as Record<string, unknown> | undefined)?.[step];
  return node as Record<string, unknown> | undefined;
}
