import type { ServerResponse } from 'node:http';
import { seesRoom } from '../accounts/may.ts';
import type { Effects } from '../beat.ts';
import type { Changed } from './api.ts';
import type { Desk } from './desk.ts';
import { deviceRow, incidentRow, machineRow, verdictRow } from './rows.ts';

/** Server-Sent Events for the open pages: verdicts and incidents with their beat, signs of life at most once a second. */
export interface Events {
  /** @param rooms what the page may see; null = everything */
  add(response: ServerResponse, rooms: readonly string[] | null): void;
  /** Called with every beat. */
  publish(effects: Effects): void;
  /** A change by a person: a seat, a role, an acknowledgement. */
  moved(subject: string): void;
  close(): void;
}

const EVERY_MS = 1_000;
/** A page that does not hear for 5 s says that it lost the collector. */
const HEARTBEAT_MS = 2_000;
/** A page that cannot keep up is cut off; it fetches everything anew when it comes back. */
const MOST_BUFFERED = 1024 * 1024;
const MOST_PAGES = 200;

export function createEvents(desk: Desk): Events {
  /** With the rooms that each may see. */
  const pages = new Map<ServerResponse, readonly string[] | null>();
  /** Where each was when it was last told of: a room that it left hears that it is gone. */
  const toldIn = new Map<string, string>();
  let moved = new Set<string>();
  let verdicts = new Map<string, Effects['changes'][number]['verdict']>();
  let incidents = new Map<string, Effects['incidents'][number]['incident']>();
  let sentAt = Number.NEGATIVE_INFINITY;

  const heartbeat = setInterval(() => {
    for (const page of pages.keys()) send(page, ':\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  function send(page: ServerResponse, text: string): void {
    if (page.writableLength > MOST_BUFFERED) {
      pages.delete(page);
      page.destroy();
    } else page.write(text);
  }

  function flush(now: { wall: number; monotonic: number }): void {
    sentAt = now.monotonic;
    if (pages.size > 0) {
      const ids = [...moved];
      const changed: Changed = {
        now: now.wall,
        machines: ids.flatMap((id) => desk.machine(id) ?? []).map((machine) => machineRow(desk, machine)),
        devices: desk.devices.filter(({ id }) => moved.has(id)).map((device) => deviceRow(desk, device)),
        gone: ids.filter((id) => !desk.state.get(id) && !desk.devices.some((device) => device.id === id)),
        verdicts: [...verdicts.values()].map((verdict) => verdictRow(desk, verdict)),
        incidents: [...incidents.values()].map((incident) => incidentRow(desk, incident)),
      };
      const texts = new Map<string, string | null>();
      for (const [page, rooms] of pages) {
        const key = JSON.stringify(rooms);
        if (!texts.has(key)) texts.set(key, textFor(changed, rooms));
        const text = texts.get(key)!;
        if (text !== null) send(page, text);
      }
      for (const { id, room } of changed.machines) toldIn.set(id, room);
      for (const id of changed.gone) toldIn.delete(id);
    }
    moved = new Set();
    verdicts = new Map();
    incidents = new Map();
  }

  /** Null when nothing of it is for these rooms. */
  function textFor(changed: Changed, rooms: readonly string[] | null): string | null {
    if (rooms === null) return `event: changed\ndata: ${JSON.stringify(changed)}\n\n`;
    const isIn = ({ room }: { readonly room: string | null }): boolean => seesRoom({ rooms }, room);
    const left = changed.machines.filter((row) => !isIn(row) && seesRoom({ rooms }, toldIn.get(row.id) ?? row.room));
    const seen: Changed = {
      now: changed.now,
      machines: changed.machines.filter(isIn),
      devices: changed.devices.filter(isIn),
      gone: [...left.map(({ id }) => id), ...changed.gone.filter((id) => isIn({ room: toldIn.get(id) ?? null }))],
      verdicts: changed.verdicts.filter(isIn),
      incidents: changed.incidents.filter(isIn),
    };
    const { now: _now, ...lists } = seen;
    if (Object.values(lists).every((list) => list.length === 0)) return null;
    return `event: changed\ndata: ${JSON.stringify(seen)}\n\n`;
  }

  return {
    add(response, rooms) {
      if (pages.size >= MOST_PAGES) {
        response.writeHead(503).end();
        return;
      }
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.write(`retry: 1000\nevent: hello\ndata: ${JSON.stringify({ now: desk.clock.now().wall })}\n\n`);
      pages.set(response, rooms);
      if (rooms !== null) for (const { id, room } of desk.machines()) toldIn.set(id, room);
      response.on('close', () => pages.delete(response));
    },
    publish(effects) {
      for (const id of effects.moved) moved.add(id);
      for (const { verdict } of effects.changes) verdicts.set(`${verdict.subject} ${verdict.rule}`, verdict);
      for (const { incident } of effects.incidents) incidents.set(incident.id, incident);
      const due = effects.now.monotonic - sentAt >= EVERY_MS;
      const isNews = effects.incidents.length > 0 || effects.changes.length > 0;
      if (isNews || (due && moved.size > 0)) flush(effects.now);
    },
    moved(subject) {
      moved.add(subject);
      flush(desk.clock.now());
    },
    close() {
      clearInterval(heartbeat);
      for (const page of pages.keys()) page.end();
      pages.clear();
    },
  };
}
