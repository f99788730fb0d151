/**
 * Ids of what no agent speaks for. A room is `room:A`, the site `site`; where a fact or verdict belongs to one session
 * alone (candidates, proctors), the subject is `room:A/session:s-1a2b3c4d`: two sessions may be in force at once.
 * Names of rooms have no slash and no blank.
 */
export const SITE = 'site';

const ROOM = 'room:';
const SESSION = '/session:';

export function roomId(room: string): string {
  return ROOM + room;
}

/** @param scope `room:A` or `site` */
export function inSession(scope: string, session: string): string {
  return scope + SESSION + session;
}

export interface Scoped {
  /** `room:A` or `site`: the subject without its session. */
  readonly scope: string;
  /** Null for the site. */
  readonly room: string | null;
  readonly session: string | null;
}

/** Undefined for machines, devices and their parts. */
export function scopedOf(id: string): Scoped | undefined {
  const cut = id.indexOf(SESSION);
  const scope = cut < 0 ? id : id.slice(0, cut);
  const session = cut < 0 ? null : id.slice(cut + SESSION.length);
  if (scope === SITE) return { scope, room: null, session };
  return scope.startsWith(ROOM) ? { scope, room: scope.slice(ROOM.length), session } : undefined;
}
