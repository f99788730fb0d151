import type { Bilingual } from '../../agent/probe.ts';
import type { Session } from './session.ts';

/** Why a session cannot be planned as it is, or null. Neighbouring phases may overlap; two exams in one room may not. */
export function whyNot(wish: Omit<Session, 'id'>, sessions: readonly Session[]): Bilingual | null {
  const { kind, startsAt, endsAt, rooms, candidates } = wish;
  if (kind === 'exam' && endsAt === null) return { zh: '考试场次要有结束时间。', en: 'An exam session needs an end.' };
  if (endsAt !== null && endsAt <= startsAt)
    return { zh: '结束时间要晚于开始时间。', en: 'The end has to be later than the start.' };
  if (kind === 'exam' && endsAt! - startsAt > LONGEST_MS) {
    return {
      zh: '一场考试不会超过 24 小时；请检查日期。',
      en: 'An exam does not take more than 24 hours; check the dates.',
    };
  }
  if (kind === 'exam' && rooms === 'all') return { zh: '考试场次要写明考场。', en: 'An exam session names its rooms.' };
  if (kind === 'exam' && candidates === null)
    return { zh: '考试场次要写明考生人数。', en: 'An exam session says how many candidates sit it.' };
  const clash = kind === 'exam' ? sessions.find((other) => clashes(wish, other)) : undefined;
  if (!clash) return null;
  const room = roomsInCommon(wish, clash).join('、');
  return {
    zh: `考场 ${room} 在这段时间已有场次“${clash.title.zh}”。`,
    en: `Room ${room} has the session “${clash.title.en}” at that time already.`,
  };
}

const LONGEST_MS = 24 * 3_600_000;

function clashes(wish: Omit<Session, 'id'>, other: Session): boolean {
  if (other.kind !== 'exam' || other.endsAt === null || wish.endsAt === null) return false;
  return wish.startsAt < other.endsAt && other.startsAt < wish.endsAt && roomsInCommon(wish, other).length > 0;
}

function roomsInCommon(left: Omit<Session, 'id'>, right: Session): readonly string[] {
  if (left.rooms === 'all') return right.rooms === 'all' ? ['*'] : right.rooms;
  const { rooms } = right;
  return rooms === 'all' ? left.rooms : left.rooms.filter((room) => rooms.includes(room));
}
