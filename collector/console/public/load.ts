import type { DeviceRow, IncidentRow, MachineRow, ReadinessAnswer, VerdictRow } from '../api.ts';
import type { RoomReadiness } from '../readinessApi.ts';
import { get, type Answered } from './ask.ts';
import { isWanted, verdictKey, type Rows, type Wanted } from './rows.ts';

export interface Loaded {
  readonly rows: Rows;
  readonly rooms: readonly RoomReadiness[];
}

/** 1,000 rows each; a room with more that is wrong than this has said enough. */
const MOST_PAGES = 20;

/** Asks for everything a page shows; the first fault when anything of it could not be had. */
export async function loadAll(wanted: Wanted | null): Promise<Answered<Loaded>> {
  const [machines, devices, incidents, readiness, verdicts] = await Promise.all([
    get<{ machines: readonly MachineRow[] }>('machines'),
    get<{ devices: readonly DeviceRow[] }>('devices'),
    get<{ incidents: readonly IncidentRow[] }>('incidents?state=open'),
    get<ReadinessAnswer>('readiness'),
    loadVerdicts(wanted),
  ]);
  if (!machines.ok) return machines;
  if (!devices.ok) return devices;
  if (!incidents.ok) return incidents;
  if (!readiness.ok) return readiness;
  if (!verdicts.ok) return verdicts;
  const rows: Rows = {
    machines: new Map(machines.value.machines.map((row) => [row.id, row])),
    devices: new Map(devices.value.devices.map((row) => [row.id, row])),
    incidents: new Map(incidents.value.incidents.map((row) => [row.id, row])),
    verdicts: new Map(verdicts.value.map((row) => [verdictKey(row), row])),
  };
  return { ok: true, value: { rows, rooms: readiness.value.rooms } };
}

async function loadVerdicts(wanted: Wanted | null): Promise<Answered<readonly VerdictRow[]>> {
  if (wanted === null) return { ok: true, value: [] };
  const queries =
    'subject' in wanted
      ? [{ subject: wanted.subject }]
      : // What is wrong in the room, and with devices that serve the whole site.
        (['broken', 'unknown'] as const).flatMap((state) => [
          { room: wanted.room, state },
          { scope: 'device', state },
        ]);
  const found: VerdictRow[] = [];
  for (const answer of await Promise.all(queries.map(loadPages))) {
    if (!answer.ok) return answer;
    found.push(...answer.value.filter((row) => isWanted(row, wanted)));
  }
  return { ok: true, value: found };
}

async function loadPages(query: Readonly<Record<string, string>>): Promise<Answered<readonly VerdictRow[]>> {
  const found: VerdictRow[] = [];
  const search = new URLSearchParams(query);
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await get<{ verdicts: readonly VerdictRow[]; next?: string | number | null }>(`verdicts?${search}`);
    if (!answer.ok) return answer;
    found.push(...answer.value.verdicts);
    const next = answer.value.next ?? null;
    if (next === null) break;
    search.set('after', String(next));
  }
  return { ok: true, value: found };
}
