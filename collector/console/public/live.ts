/**
 * What the page knows, kept alive: the site's answer, the rows, and whether the collector is heard. One loop: ask for
 * the site, listen to its events, fetch everything anew at each `hello`, apply what changes, and when the line is lost
 * say so and try again for ever.
 */
import { computed, signal } from '@preact/signals';
import type { Act } from '../../accounts/may.ts';
import type { Changed, DoorAnswer, ReadinessAnswer, SiteAnswer } from '../api.ts';
import type { RoomReadiness } from '../readinessApi.ts';
import { get, type Fault } from './ask.ts';
import { listen } from './events.ts';
import { loadAll } from './load.ts';
import { NO_ROWS, withChanges, type Rows, type Wanted } from './rows.ts';

/** `barred`: the collector answers, but wants somebody to sign in first. */
export type Link = 'opening' | 'heard' | 'lost' | 'barred';

export const link = signal<Link>('opening');
/** Null until the collector said who it is; it tells no stranger. */
export const site = signal<SiteAnswer | null>(null);
/** True while no administrator exists: the page asks for the printed code. Null until it was said. */
export const needsAdministrator = signal<boolean | null>(null);
export const rows = signal<Rows>(NO_ROWS);
export const rooms = signal<readonly RoomReadiness[]>([]);
/** False until everything the page shows has come once. */
export const complete = signal(false);
/** Why the last fetch failed although the collector is heard; it is tried again. */
export const loadFault = signal<Fault | null>(null);
/** The collector's wall clock when it was last heard, ms. */
export const heardAt = signal<number | null>(null);
export const facts = computed(() => site.value?.facts ?? {});
/** Whether this may be done from here, so that a page need not show what would be refused; the collector decides again. */
export const may = (act: Act): boolean => site.value?.acts.includes(act) ?? false;

const RETRY_MS = 1_500;
/** Readiness is asked for at most this often while things change, the site's own state whether it changed or not. */
const READINESS_MS = 500;
const SITE_MS = 15_000;
/** Events kept while everything is being fetched; with more, the fetch starts again. */
const MOST_PENDING = 256;

let wanted: Wanted | null = null;
let pending: Changed[] | null = null;
let loading = 0;
let clockOffset = 0;
let attempt = new AbortController();

/** Runs until the page is closed. */
export async function stayLive(): Promise<never> {
  window.setInterval(() => link.value === 'heard' && void askSite(), SITE_MS);
  for (;;) {
    attempt = new AbortController();
    const { signal: stop } = attempt;
    const status = await connect(stop);
    const barred = status === 401 || status === 403;
    if (barred) forget();
    // Started over on purpose: nothing is lost.
    if (!stop.aborted) link.value = barred ? 'barred' : 'lost';
    // Several pages must not all come back in the same moment. Whoever is barred waits for a sign-in.
    await pause(barred ? null : RETRY_MS * (1 + Math.random()), stop);
  }
}

/** Starts over at once: after signing in or out, what may be seen has changed, and what was seen before is gone. */
export function reconnect(): void {
  forget();
  attempt.abort();
}

function forget(): void {
  rows.value = NO_ROWS;
  rooms.value = [];
  complete.value = false;
}

/** Which verdicts the page shows; fetches them when they are others than before. */
export function want(next: Wanted | null): void {
  if (JSON.stringify(next) === JSON.stringify(wanted)) return;
  wanted = next;
  rows.value = { ...rows.value, verdicts: new Map() };
  complete.value = false;
  if (link.value === 'heard') void load();
}

/** Puts in what a change answered, so that the page need not wait for its event. */
export function apply(some: Partial<Changed>): void {
  const changed = { now: 0, machines: [], devices: [], gone: [], verdicts: [], incidents: [], ...some };
  rows.value = withChanges(rows.value, changed, wanted);
}

/** Listens until the line ends; the HTTP status when the collector refused. */
async function connect(stop: AbortSignal): Promise<number | null> {
  const refused = await askSite();
  if (refused !== null) return refused;
  const ended = await listen('/api/v1/events', { heard, event: onEvent }, stop);
  return ended.status;
}

async function askSite(): Promise<number | null> {
  const answer = await get<SiteAnswer>('site');
  if (!answer.ok) {
    if (answer.fault.status === 401) await askDoor();
    return answer.fault.status;
  }
  const before = site.value;
  // The collector was replaced by another version: so must be its page.
  if (before && before.version !== answer.value.version) location.reload();
  site.value = answer.value;
  needsAdministrator.value = answer.value.needsAdministrator;
  return null;
}

/** What a stranger may know. */
async function askDoor(): Promise<void> {
  site.value = null;
  const answer = await get<DoorAnswer>('door');
  if (answer.ok) needsAdministrator.value = answer.value.needsAdministrator;
}

function heard(): void {
  heardAt.value = Date.now() + clockOffset;
}

function onEvent(name: string, data: string): void {
  if (name === 'hello') {
    setClock((JSON.parse(data) as { now: number }).now);
    link.value = 'heard';
    void load();
  } else if (name === 'changed') {
    const changed = JSON.parse(data) as Changed;
    setClock(changed.now);
    if (pending === null) rows.value = withChanges(rows.value, changed, wanted);
    else if (pending.length < MOST_PENDING) pending.push(changed);
    else void load();
    askReadiness();
  }
}

function setClock(now: number): void {
  clockOffset = now - Date.now();
  heardAt.value = now;
}

/** Fetches everything anew. What changes meanwhile is applied on top: rows come whole, so their order is enough. */
async function load(): Promise<void> {
  loading += 1;
  const mine = loading;
  const asked = wanted;
  pending = [];
  let answer = await loadAll(asked);
  // Somebody else's room, remembered on this PC: what this account does see has to come all the same, so that the page
  // can turn to a room of these.
  if (!answer.ok && answer.fault.status === 403 && asked !== null) answer = await loadAll(null);
  if (mine !== loading) return;
  const came = pending;
  pending = null;
  loadFault.value = answer.ok ? null : answer.fault;
  if (answer.ok) {
    rows.value = came.reduce((rows, changed) => withChanges(rows, changed, asked), answer.value.rows);
    rooms.value = answer.value.rooms;
    complete.value = true;
  } else {
    setTimeout(() => mine === loading && link.value === 'heard' && void load(), RETRY_MS);
  }
}

let readinessTimer = 0;
let readinessAsked = 0;

/** A room's readiness is the collector's word, not a sum made here; so it is asked for again when something changed. */
function askReadiness(): void {
  if (readinessTimer !== 0) return;
  readinessTimer = window.setTimeout(async () => {
    readinessTimer = 0;
    readinessAsked += 1;
    const mine = readinessAsked;
    const answer = await get<ReadinessAnswer>('readiness');
    if (answer.ok && mine === readinessAsked) rooms.value = answer.value.rooms;
  }, READINESS_MS);
}

/** Waits `ms`, or for ever when null; in both cases no longer than until `stop`. */
function pause(ms: number | null, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    const timer = ms === null ? 0 : window.setTimeout(resolve, ms);
    stop.addEventListener('abort', () => {
      window.clearTimeout(timer);
      resolve();
    });
  });
}
