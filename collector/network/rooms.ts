import type { Value } from '../../agent/reading.ts';
import type { Machine } from '../identity/machine.ts';
import { believed, type State } from '../state/state.ts';
import type { SiteNetwork } from './site.ts';

/** Seats that are named; a room with more than these has one cause for all. */
const MOST_NAMED = 12;

export type RoomFacts = ReadonlyMap<string, Value | null>;

/**
 * What is said of a room's network, counted over its seats: one of which nothing is known makes no room unknown by itself,
 * and none that is known to fail is hidden by it.
 */
export function roomFacts(room: string, seats: readonly Machine[], state: State, site: SiteNetwork): RoomFacts {
  const say = (id: string, name: string): Value | undefined => {
    const subject = state.get(id);
    const fact = state.catalogue.fact(name);
    return subject && fact ? believed(subject, fact) : undefined;
  };
  return new Map<string, Value | null>([
    ...reaching(seats, say, site.serversOf(room).length > 0),
    ...service(seats, say, site.platformsOf(room).length > 0),
  ]);
}

type Say = (id: string, name: string) => Value | undefined;

function reaching(seats: readonly Machine[], say: Say, hasServer: boolean): [string, Value | null][] {
  if (seats.length === 0 || !hasServer) {
    return ['seats', 'outside', 'routed', 'unsaid', 'away'].map((word) => [`reaching.${word}`, null]);
  }
  const standings = seats.map(({ id }) => standingOf(id, say));
  const having = (word: Standing): number => standings.filter((standing) => standing === word).length;
  return [
    ['reaching.seats', seats.length],
    ['reaching.outside', having('outside')],
    ['reaching.routed', having('routed')],
    ['reaching.unsaid', having('unsaid')],
    ['reaching.away', named(seats.filter((_, index) => ['outside', 'routed'].includes(standings[index]!)))],
  ];
}

type Standing = 'inside' | 'outside' | 'routed' | 'unsaid';

/** An echo that came back proves the way as well as a connect does; both are measured, neither is guessed from addresses. */
function standingOf(id: string, say: Say): Standing {
  const loss = say(id, 'echo.loss_ratio');
  const isEchoed = say(id, 'echo.udp') === true && typeof loss === 'number' && loss < 1;
  const isReached = say(id, 'server.reachable') ?? (isEchoed ? true : undefined);
  if (isReached === false) return 'outside';
  const isNear = say(id, 'server.same_subnet');
  if (isReached === undefined || isNear === undefined) return 'unsaid';
  return isNear === true ? 'inside' : 'routed';
}

function service(seats: readonly Machine[], say: Say, hasPlatform: boolean): [string, Value | null][] {
  if (seats.length === 0 || !hasPlatform) {
    return ['seats', 'failing', 'unsaid', 'away', 'response_p95_seconds', 'certificate_expires_seconds'].map((word) => [
      `service.${word}`,
      null,
    ]);
  }
  const answers = seats.map(({ id }) => say(id, 'portal.answering'));
  const numbers = (name: string): number[] =>
    seats.flatMap(({ id }) => {
      const value = say(id, name);
      return typeof value === 'number' ? value : [];
    });
  const times = numbers('portal.response_p95_seconds').sort((left, right) => left - right);
  const ends = numbers('portal.certificate_expires_seconds');
  return [
    ['service.seats', seats.length],
    ['service.failing', answers.filter((answer) => answer === false).length],
    ['service.unsaid', answers.filter((answer) => answer === undefined).length],
    ['service.away', named(seats.filter((_, index) => answers[index] === false))],
    ['service.response_p95_seconds', times[Math.ceil(0.95 * times.length) - 1] ?? null],
    ['service.certificate_expires_seconds', ends.length === 0 ? null : Math.min(...ends)],
  ];
}

function named(seats: readonly Machine[]): readonly string[] {
  return seats
    .map(({ seat, id }) => seat ?? id)
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .slice(0, MOST_NAMED);
}
