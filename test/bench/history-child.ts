import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCatalogue, loadProbes } from '../../agent/catalogue.ts';
import type { EntryDraft, RawFrame } from '../../collector/history/history.ts';
import { openSqlite, RECORD_FILE } from '../../collector/history/sqlite.ts';
import { WITNESSED } from '../../collector/standard/witnessed.ts';
import { serve } from './ask.ts';

export interface Filled {
  readonly entries: number;
  readonly frames: number;
  readonly bytes: number;
}

/** What a machine says: each minute the one that is asked about, a little for the others' minute and hour values. */
const FACTS = [
  'load.cpu_ratio',
  'load.memory_ratio',
  'internet.latency_seconds',
  'internet.loss_ratio',
  'disk.free_bytes',
];
const RULES = ['internet', 'display', 'remote-control', 'online'];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A changed verdict every half hour, by night too. */
const ENTRY_EVERY_MINUTES = 30;
const MINUTES_A_BATCH = 30;
const OTHERS_EVERY_MINUTES = 5;

export const handlers = {
  /** Writes a record of `days` until `to` through the store's own front door, with its own roll-ups and pruning. */
  async fill({ data, site, machines, asked, days, to }: FillOrder): Promise<Filled> {
    const catalogue = buildCatalogue(await loadProbes(), WITNESSED);
    const staleAfterSeconds = new Map(catalogue.facts.map((fact) => [fact.name, fact.staleAfterSeconds]));
    const history = await openSqlite(data, { site, staleAfterSeconds });
    const from = to - days * DAY_MS;
    let [entries, frames] = [0, 0];
    for (let at = from; at < to; at += MINUTES_A_BATCH * MINUTE_MS) {
      const raw: RawFrame[] = [];
      const drafts: EntryDraft[] = [];
      for (let minute = 0; minute < MINUTES_A_BATCH; minute += 1) {
        for (let index = 0; index < machines; index += 1) {
          const moment = at + minute * MINUTE_MS + index * 7;
          if (index === asked || minute % OTHERS_EVERY_MINUTES === 0)
            raw.push(frameOf(machineId(index), moment, index));
          if ((minute + index) % ENTRY_EVERY_MINUTES === 0) drafts.push(entryOf(machineId(index), moment, from, index));
        }
      }
      const end = at + MINUTES_A_BATCH * MINUTE_MS;
      await history.append({ moment: { wall: end, monotonic: end - from }, entries: drafts, raw });
      entries += drafts.length;
      frames += raw.length;
      if ((end - from) % DAY_MS === 0) await history.tidy();
    }
    await history.close();
    return { entries, frames, bytes: (await stat(join(data, RECORD_FILE))).size };
  },
};

export interface FillOrder {
  readonly data: string;
  readonly site: string;
  readonly machines: number;
  /** Index of the machine that will be asked about. */
  readonly asked: number;
  readonly days: number;
  readonly to: number;
}

export type HistoryAsks = typeof handlers;

if (process.send) serve(handlers);

export function machineId(index: number): string {
  return `m-bench${String(index).padStart(4, '0')}`;
}

function frameOf(machine: string, at: number, index: number): RawFrame {
  const minute = Math.floor(at / MINUTE_MS);
  const wave = (least: number, height: number): number =>
    Math.round((least + height * (1 + Math.sin((minute + index * 17) / 23))) * 10_000) / 10_000;
  const values = [wave(0.05, 0.4), wave(0.35, 0.1), wave(0.02, 0.03), 0, 80e9 - (minute % 1440) * 65_536];
  return {
    machine,
    at,
    late: false,
    facts: { [machine]: Object.fromEntries(FACTS.map((fact, n) => [fact, values[n]])) },
  };
}

function entryOf(subject: string, at: number, from: number, index: number): EntryDraft {
  const isBroken = Math.floor(at / MINUTE_MS / ENTRY_EVERY_MINUTES) % 2 === 0;
  const [state, before] = isBroken ? ['broken', 'holds'] : ['holds', 'broken'];
  const body = { state, before, observed: { 'internet.loss_ratio': isBroken ? 1 : 0 }, evidence: 'claimed' };
  return { at, monotonic: at - from, kind: 'verdict', subject, rule: RULES[index % RULES.length]!, late: false, body };
}
