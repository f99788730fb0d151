import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORD_FILE } from '../../collector/history/sqlite.ts';
import { writeYears, type YearsWish } from '../fixtures/years.ts';
import { serve } from './ask.ts';

/** Writes a record of years, in a process of its own. */
export const handlers = {
  async fill(wish: YearsWish): Promise<FilledYears> {
    const { entries, sessions, assessment } = await writeYears(wish);
    const { size } = await stat(join(wish.data, RECORD_FILE));
    return { entries, bytes: size, session: sessions[sessions.length >> 1]!.id, assessment: assessment.id };
  },
};

export interface FilledYears {
  readonly entries: number;
  readonly bytes: number;
  /** One from the middle. */
  readonly session: string;
  readonly assessment: string;
}

export type ReportAsks = typeof handlers;

if (process.send) serve(handlers);
