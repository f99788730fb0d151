import type { Bilingual } from '../../agent/probe.ts';

/** What an organization has approved of a site, as the newest document of the kind `certification` says it. */
export interface Certification {
  readonly state: CertificationState;
  /** The number of the certificate. */
  readonly number: string | null;
  /** Names of rooms; empty: none. */
  readonly rooms: readonly string[];
  /** 等级; empty: every one. */
  readonly levels: readonly string[];
  /** Seats in all rooms together. */
  readonly seats: number | null;
  /** Wall clock, ms. */
  readonly until: number | null;
  readonly note: string;
}

/** 已申请, 已退回, 专家评审, 已认定, 已报省备案, and what a decision may make of it: 暂停, 取消 */
export const CERTIFICATION_STATES = [
  'applied',
  'returned',
  'expert-review',
  'certified',
  'filed',
  'suspended',
  'withdrawn',
] as const;
export type CertificationState = (typeof CERTIFICATION_STATES)[number];

export const STATE_WORDS: Readonly<Record<CertificationState, Bilingual>> = {
  applied: { zh: '已申请', en: 'applied' },
  returned: { zh: '已退回', en: 'returned' },
  'expert-review': { zh: '专家评审', en: 'expert review' },
  certified: { zh: '已认定', en: 'certified' },
  filed: { zh: '已报省备案', en: 'filed with the province' },
  suspended: { zh: '已暂停', en: 'suspended' },
  withdrawn: { zh: '已取消', en: 'withdrawn' },
};

/** From which state a site may come into each: a certificate is not filed before it is given. */
export const COMES_FROM: Readonly<Record<CertificationState, readonly (CertificationState | null)[]>> = {
  applied: [null, 'returned', 'withdrawn', 'certified', 'filed'],
  returned: ['applied', 'expert-review'],
  'expert-review': ['applied'],
  certified: ['expert-review', 'certified', 'suspended', 'filed'],
  filed: ['certified'],
  suspended: ['certified', 'filed'],
  withdrawn: ['certified', 'filed', 'suspended'],
};

export interface PlannedExam {
  readonly kind: string;
  readonly rooms: readonly string[] | 'all';
  readonly level: string | null;
  readonly candidates: number | null;
  readonly startsAt: number;
}

/** Why a session is not covered: codes with what they are about, which views put into words. Empty: it is. */
export function outsideOf(exam: PlannedExam, certification: Certification | null): readonly string[] {
  if (exam.kind !== 'exam') return [];
  if (certification === null || !['certified', 'filed'].includes(certification.state)) return ['state'];
  const { rooms, levels, seats, until } = certification;
  const found: string[] = [];
  if (until !== null && exam.startsAt >= until) found.push('until');
  if (exam.rooms === 'all') found.push('room *');
  else found.push(...exam.rooms.filter((room) => !rooms.includes(room)).map((room) => `room ${room}`));
  if (levels.length > 0 && exam.level !== null && !levels.includes(exam.level)) found.push(`level ${exam.level}`);
  if (seats !== null && exam.candidates !== null && exam.candidates > seats) found.push(`seats ${exam.candidates}`);
  return found;
}
