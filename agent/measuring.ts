import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { MeasureRefused, type Measure, type MeasureFacts, type MeasureRefusal, type Stop } from './measure.ts';
import type { AgentSettings, Measured, MeasureOrder } from './messages.ts';

/** Put in by the bundler, which cannot read a folder at run time (`agent/build.ts`). */
declare const XUNKAO_MEASURES: readonly string[] | undefined;

/** Loads every measure of the folder, in the order of their names. */
export async function loadMeasures(): Promise<readonly Measure[]> {
  const names =
    typeof XUNKAO_MEASURES === 'undefined'
      ? readdirSync(join(import.meta.dirname, 'measures'))
          .filter((file) => /^[a-z]+\.ts$/.test(file))
          .map((file) => file.slice(0, -3))
          .sort()
      : XUNKAO_MEASURES;
  const modules = await Promise.all(
    names.map((name) => import(`./measures/${name}.ts`) as Promise<{ measure: Measure }>),
  );
  return modules.map((module) => module.measure);
}

export interface MeasuringOptions {
  readonly clock: Clock;
  readonly measures: readonly Measure[];
  readonly settings: () => AgentSettings;
  readonly send: (message: Measured) => void;
  readonly log: (line: string) => void;
}

/** Answers the collector's `measure` and `stop`. */
export interface Measuring {
  take(order: MeasureOrder): void;
  stop(id: string): void;
  /** The link is down: nobody waits for the answer, and nobody could stop it. */
  end(): void;
}

/** Beyond this an answer is not sent: the collector reads no more (`collector/gateway/measuring.ts`). */
export const MOST_RESULT_BYTES = 16 * 1024;
const MESSAGE_LENGTH = 300;

/** One at a time: a second one would spoil what the first measures. */
export function createMeasuring({ clock, measures, settings, send, log }: MeasuringOptions): Measuring {
  let running: { readonly id: string; readonly cancel: (refusal: MeasureRefusal, why: string) => void } | null = null;

  function refuse(id: string, refused: MeasureRefusal, message: string): void {
    send({ type: 'measured', id, refused, message: message.slice(0, MESSAGE_LENGTH) });
  }

  function begin(measure: Measure, { id, asked }: MeasureOrder): void {
    const stop = createStop();
    let isOver = false;
    const settle = (tell: () => void): void => {
      if (isOver) return;
      isOver = true;
      cancelLimit();
      running = null;
      stop.fire();
      tell();
    };
    const cancel = (refusal: MeasureRefusal, why: string): void => settle(() => refuse(id, refusal, why));
    const cancelLimit = clock.after(measure.limitMs, () =>
      cancel('timeout', `${measure.name} was not done within ${measure.limitMs / 1000} s`),
    );
    running = { id, cancel };
    log(`measures ${measure.name}`);
    Promise.resolve()
      .then(() => measure.take(asked, { settings: settings(), clock, stop: stop.face }))
      .then(
        (result) => settle(() => answer(id, result)),
        (error: unknown) => cancel(...whyFailed(error)),
      );
  }

  function answer(id: string, result: MeasureFacts): void {
    if (JSON.stringify(result).length > MOST_RESULT_BYTES) return refuse(id, 'failed', 'the result is too large');
    send({ type: 'measured', id, result });
  }

  return {
    take(order) {
      const { id, what } = order;
      const measure = measures.find(({ name }) => name === what);
      if (!measure) return refuse(id, 'unknown', `this agent cannot measure ${what}`);
      if (running) return refuse(id, 'busy', 'another measure runs on this machine');
      begin(measure, order);
    },
    stop(id) {
      if (running?.id === id) running.cancel('stopped', 'it was stopped');
    },
    end: () => running?.cancel('stopped', 'the link ended'),
  };
}

function whyFailed(error: unknown): [MeasureRefusal, string] {
  return error instanceof MeasureRefused ? [error.refusal, error.message] : ['failed', String(error)];
}

function createStop(): { readonly face: Stop; fire(): void } {
  let isStopped = false;
  let acts: (() => void)[] = [];
  return {
    face: {
      get isStopped() {
        return isStopped;
      },
      onStop(act) {
        if (isStopped) act();
        else acts.push(act);
      },
    },
    fire() {
      isStopped = true;
      const all = acts;
      acts = [];
      for (const act of all) act();
    },
  };
}
