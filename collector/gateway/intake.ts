import type { Frame } from '../../agent/messages.ts';
import { ownerOf } from '../../agent/reading.ts';
import type { Clock } from '../clock.ts';
import type { Arrival, FrameArrival } from './arrival.ts';
import { createBacklog } from './backlog.ts';
import { Bucket } from './bucket.ts';
import type { LinkClock } from './clocks.ts';
import type { Connection, FrameMessage } from './connection.ts';
import type { Held } from './held.ts';
import type { Limits } from './limits.ts';
import type { FrameReader, LeftOut, Rights } from './schemas.ts';

/** What is known of a machine's link while it lives. */
export interface Link {
  readonly machine: string;
  readonly connection: Connection;
  /** Of the agent's process. */
  readonly stream: string;
  readonly clock: LinkClock;
  /** Whose queued frames it may send: its key, and the digests of its fingerprint now and as it was known before. */
  readonly keyId: string;
  readonly fingerprints: readonly string[];
  rights: Rights;
  /** A live frame was let fall: what follows says only what changed since that one, until a full frame comes. */
  isTorn: boolean;
}

/** As much of an arrival as an ack needs. */
export type Numbered = Pick<FrameArrival, 'machine' | 'frame'>;

/** Since the start. */
export interface FrameCounts {
  live: number;
  backlog: number;
  /** Came again, and were not taken twice. */
  repeated: number;
  /** Of another machine's queue. */
  notYours: number;
  malformed: number;
  /** Judged and not remembered, or let fall, because the journal was too far behind. */
  unkept: number;
  /** Lost by agents whose outbox was full, as they say. */
  droppedByAgents: number;
  /** Fields and facts that this collector does not know. */
  unknown: number;
  voided: number;
  /** Subjects that are not the sender's. */
  foreign: number;
  /** Facts and subjects beyond the limits. */
  beyond: number;
}

export interface IntakeOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly frames: FrameReader;
  readonly held: Held;
  /** The frame was not remembered: its agent has to send it again. */
  readonly owes: (machine: string) => void;
}

/** From messages of type `frame` to arrivals: takes each frame once, in its lane, and never more than the limits. */
export function createIntake({ clock, limits, frames, held, owes }: IntakeOptions) {
  const counts: FrameCounts = {
    live: 0,
    backlog: 0,
    repeated: 0,
    notYours: 0,
    malformed: 0,
    unkept: 0,
    droppedByAgents: 0,
    unknown: 0,
    voided: 0,
    foreign: 0,
    beyond: 0,
  };
  const backlog = createBacklog<FrameArrival>();
  /** By machine, not by link: a reconnect does not fill them up. */
  const buckets = new Map<string, Bucket>();
  const names = createNames(limits);
  let live: Arrival[] = [];
  let again: Numbered[] = [];

  function bucketOf(machine: string): Bucket {
    let bucket = buckets.get(machine);
    if (!bucket) buckets.set(machine, (bucket = new Bucket(limits.livePerSecond, limits.liveBurst)));
    return bucket;
  }

  function count(leftOut: LeftOut, dropped = 0): void {
    counts.unknown += leftOut.unknown;
    counts.voided += leftOut.voided;
    counts.foreign += leftOut.foreign;
    counts.beyond += leftOut.beyond;
    counts.droppedByAgents += dropped;
  }

  function arrivalOf({ machine, clock: linkClock }: Link, { frame, json }: Told): FrameArrival {
    const received = clock.now();
    const placed = frame.lane === 'live' ? linkClock.live(frame, received) : linkClock.backlog(frame, received);
    const { moment, clockOffsetSeconds } = placed;
    const arrival: FrameArrival = { kind: 'frame', machine, received, frame, moment, clockOffsetSeconds };
    return json === null ? arrival : { ...arrival, json };
  }

  function takeLive(link: Link, told: Told): void {
    const { frame, bytes } = told;
    counts.live += 1;
    link.isTorn = live.length >= limits.liveQueue || (link.isTorn && frame.full?.[0] !== 1);
    if (link.isTorn) return letFall(link);
    const arrival = arrivalOf(link, told);
    if (held.unsettledBytes() < limits.unsettledBytes) {
      held.pend(link.machine, frame.stream, frame.seq, bytes);
      live.push(arrival);
    } else {
      live.push({ ...arrival, unkept: true });
      letFall(link);
    }
  }

  function takeBacklog(link: Link, told: Told): void {
    const { frame, bytes } = told;
    counts.backlog += 1;
    if (held.unsettledBytes() >= limits.unsettledBytes) return letFall(link);
    held.pend(link.machine, frame.stream, frame.seq, bytes);
    backlog.push(link.machine, arrivalOf(link, told));
  }

  function letFall({ machine }: Link): void {
    counts.unkept += 1;
    owes(machine);
  }

  /** Why this frame is settled without being taken; null when it is fine. */
  function refusalOf(link: Link, { lane, stream, seq, owner }: Frame): Refused | null {
    if (lane === 'live' && stream !== link.stream) {
      return { reason: 'malformed', message: 'a live frame has to be of the stream in the hello' };
    }
    const isOwn = owner
      ? owner.key === link.keyId && link.fingerprints.includes(owner.fingerprint)
      : stream === link.stream;
    if (!isOwn) return { reason: 'not-yours', message: 'this frame was queued by another machine' };
    if (!held.fits(link.machine, stream, seq)) return { reason: 'too-many', message: 'too many gaps in this stream' };
    return null;
  }

  function refuse({ connection }: Link, stream: string, seq: number, { reason, message }: Refused): void {
    if (reason === 'not-yours') counts.notYours += 1;
    else counts.malformed += 1;
    connection.send({ type: 'refused', stream, seq, reason, message });
  }

  return {
    counts,
    frame(link: Link, { value, json }: FrameMessage): void {
      const read = frames(value, link.rights);
      if (read.frame === null) {
        const { message, stream, seq } = read;
        if (stream !== undefined && seq !== undefined)
          return refuse(link, stream, seq, { reason: 'malformed', message });
        counts.malformed += 1;
        return link.connection.refuse('malformed', `frame: ${message}`);
      }
      if (read.frame.lane === 'live') bucketOf(link.machine).spend();
      const refusal = refusalOf(link, read.frame);
      if (refusal) return refuse(link, read.frame.stream, read.frame.seq, refusal);
      const { lane, stream, seq, dropped } = read.frame;
      const state = held.state(link.machine, stream, seq);
      if (state !== 'new') {
        counts.repeated += 1;
        if (state === 'held') again.push({ machine: link.machine, frame: read.frame });
        return;
      }
      const frame = names.limit(link, read.frame, read.leftOut, clock.now().monotonic);
      count(read.leftOut, dropped);
      const told = { frame, bytes: json.length, json: read.isWhole && frame === read.frame ? json : null };
      if (lane === 'live') takeLive(link, told);
      else takeBacklog(link, told);
    },
    /** True while nothing more may be read from this machine: it talks too fast, or its queue is full. */
    mustWait(machine: string, now: number): boolean {
      return backlog.length(machine) >= limits.backlogQueue || !bucketOf(machine).hasAny(now);
    },
    /** Changes of presence stand among the live frames, in the order of their coming. */
    add(arrival: Arrival): void {
      live.push(arrival);
    },
    take(backlogMost: number): Arrival[] {
      const arrivals = live;
      live = [];
      for (const arrival of backlog.take(backlogMost)) arrivals.push(arrival);
      return arrivals;
    },
    /** Frames that came again and are durable, since the last call. */
    takeAgain(): readonly Numbered[] {
      const repeated = again;
      again = [];
      return repeated;
    },
  };
}

/** A frame that may be taken; `json` when that tells it exactly. */
interface Told {
  readonly frame: Frame;
  readonly bytes: number;
  readonly json: Uint8Array | null;
}

interface Refused {
  readonly reason: 'malformed' | 'not-yours' | 'too-many';
  readonly message: string;
}

/** How long the names of parts count: new names without end would fill the record. */
const NAMES_MS = 3_600_000;

/** Each machine has so many names for its parts, and its devices' parts, an hour. */
function createNames(limits: Limits) {
  const known = new Map<string, { readonly names: Set<string>; since: number }>();
  return {
    limit({ machine, rights }: Link, frame: Frame, leftOut: LeftOut, now: number): Frame {
      let mine = known.get(machine);
      if (!mine) known.set(machine, (mine = { names: new Set(), since: now }));
      const most = limits.subjectsPerAgent * (1 + rights.devices.size);
      const isAllowed = (path: string): boolean => {
        if (path === ownerOf(path) || mine.names.has(path)) return true;
        if (mine.names.size >= most) {
          if (now - mine.since < NAMES_MS) return false;
          mine.names.clear();
          mine.since = now;
        }
        mine.names.add(path);
        return true;
      };
      const paths = Object.keys(frame.facts);
      if (paths.every(isAllowed)) return frame;
      const allowed = paths.filter(isAllowed);
      leftOut.beyond += paths.length - allowed.length;
      return { ...frame, facts: Object.fromEntries(allowed.map((path) => [path, frame.facts[path]!])) };
    },
  };
}
