import type { Moment } from '../clock.ts';
import type { Places } from '../identity/places.ts';
import type { Incident } from '../incidents/incident.ts';
import { isSilent, type Group, type Page } from './page.ts';

/** Which incidents are one matter: people are called once for a failing switch, not for each of its 45 seats. */
export type CausePlaces = Pick<Places, 'device' | 'fed' | 'room'>;

/** So many seats of a room with the same trouble within the wait are one page. */
export const MANY = 3;
/** A group takes in what comes so soon after its last one; later the same trouble is a new matter. */
const GROWS_MS = 5 * 60_000;
/** Devices whose failure makes machines fall silent. */
const CARRIERS: ReadonlySet<string> = new Set(['ups', 'switch', 'router']);

/** The open page whose cause explains this incident. */
export function adopterOf(
  incident: Incident,
  pages: Iterable<Page>,
  places: CausePlaces,
  now: Moment,
): Page | undefined {
  if (incident.subject === null) return undefined;
  for (const page of pages) {
    if (page.closedAt !== null) continue;
    if (page.group === null ? explains(page.root, incident, places) : belongs(page, page.group, incident, places, now))
      return page;
  }
  return undefined;
}

function belongs(page: Page, group: Group, incident: Incident, places: CausePlaces, now: Moment): boolean {
  if (incident.kind !== group.kind || incident.rule !== group.rule) return false;
  if (places.device(incident.subject!) || now.monotonic - page.grewAt > GROWS_MS) return false;
  return group.room === null || places.room(incident.subject!) === group.room;
}

/** A device explains what hangs on it, its own lesser troubles, and silence in the room that it serves. */
function explains(root: Incident, incident: Incident, places: CausePlaces): boolean {
  const device = root.subject === null ? undefined : places.device(root.subject);
  if (!device) return false;
  if (incident.subject === device.id) return root.urgency === 'urgent';
  if (places.fed(device.id).includes(incident.subject!)) return true;
  if (!isSilent(incident) || root.kind !== 'broken' || !CARRIERS.has(device.kind)) return false;
  return device.room === null || device.room === places.room(incident.subject!);
}

/**
 * The incidents among `held` that are one matter with `first`: many seats of its room, or of several rooms at once.
 * Null when it stands alone.
 */
export function groupOf(
  first: Incident,
  held: readonly Incident[],
  places: CausePlaces,
): { readonly group: Group; readonly incidents: readonly Incident[] } | null {
  if (first.subject === null || places.device(first.subject)) return null;
  const { kind, rule } = first;
  const byRoom = new Map<string, Incident[]>();
  for (const incident of held) {
    if (incident.kind !== kind || incident.rule !== rule || incident.subject === null) continue;
    const room = places.room(incident.subject);
    if (room === null || places.device(incident.subject)) continue;
    byRoom.set(room, [...(byRoom.get(room) ?? []), incident]);
  }
  const own = places.room(first.subject);
  if (own === null || (byRoom.get(own)?.length ?? 0) < MANY) return null;
  const many = [...byRoom.values()].filter((incidents) => incidents.length >= MANY);
  const group = { kind, rule, room: many.length > 1 ? null : own };
  return { group, incidents: many.flat() };
}
