import type { Axis, Block } from './document.ts';
import type { SessionFigures, Term } from './termFigures.ts';
import type { Voice } from './voice.ts';

const DAY_MS = 86_400_000;
const MOST_DOTS = 80;

/** Of all machines the share that was ready, an hour before each session and at its start. */
export function* readinessChart(
  sessions: readonly SessionFigures[],
  { from, to }: Term,
  voice: Voice,
): Generator<Block> {
  const { say } = voice;
  const points = (moment: string): (readonly [number, number])[] =>
    sessions.flatMap(({ story, ready }) => {
      const [good, all] = ready[moment] ?? [0, 0];
      return all === 0 ? [] : [[story.session.startsAt, good / all] as const];
    });
  const [early, start] = [points('before'), points('start')];
  if (early.length + start.length === 0) return;
  // Beyond that many they run into one another.
  const dots = sessions.length <= MOST_DOTS;
  const least = Math.min(...early.map(([, share]) => share), ...start.map(([, share]) => share));
  yield {
    kind: 'chart',
    chart: {
      kind: 'lines',
      title: say('chart_readiness'),
      about: say('chart_readiness_about', { least: voice.share(least) }),
      x: timeAxis(from, to, voice),
      y: shareAxis(Math.max(0, Math.floor(least * 5) / 5 - 0.2), voice),
      series: [
        { name: say('moment_before'), tone: 'second', dashed: true, dots, points: early },
        { name: say('moment_start'), tone: 'first', dots, points: start },
      ],
    },
  };
}

/** Incidents month by month, the last 24 of them. */
export function* incidentsChart(byMonth: ReadonlyMap<string, number>, { say }: Voice): Generator<Block> {
  const months = [...byMonth].sort(([left], [right]) => (left < right ? -1 : 1)).slice(-24);
  if (months.length < 2) return;
  yield {
    kind: 'chart',
    chart: {
      kind: 'stacks',
      title: say('chart_incidents'),
      about: say('chart_incidents_about'),
      parts: [{ name: say('figure_incidents'), tone: 'first' }],
      bars: months.map(([month, count]) => ({ label: month, values: [count] })),
    },
  };
}

export function shareAxis(from: number, { share }: Voice): Axis {
  const step = from < 0.4 ? 0.2 : 0.1;
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= 1.0001; at += step)
    ticks.push({ at, text: share(Math.min(1, at)) });
  return { from, to: 1, ticks };
}

/** Some six dates, evenly apart. */
function timeAxis(from: number, to: number, voice: Voice): Axis {
  const isLong = to - from > 300 * DAY_MS;
  const ticks = Array.from({ length: 6 }, (_, index) => {
    const at = from + ((to - from) * (index + 0.5)) / 6;
    return { at, text: isLong ? voice.day(at).slice(0, 7) : voice.day(at).slice(5) };
  });
  return { from, to, ticks };
}
