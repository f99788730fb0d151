import type { Bilingual } from '../../agent/probe.ts';
import type { Session } from './session.ts';

/** Why a session cannot be planned as it is, or null. Neighbouring phases may overlap; two exams in one room may not. */
export function whyNot(wish: Omit<Session, 'id'>, sessions: readonly Session[]): Bilingual | null {
  return (wish.kind === 'exam' ? whyNoExam(wish) : whyNoAssessment(wish)) ?? whyClash(wish, sessions);
}

function whyNoAssessment({ startsAt, endsAt, subjects, level, byRoom }: Omit<Session, 'id'>): Bilingual | null {
  if (endsAt !== null && endsAt <= startsAt) return ENDS_FIRST;
  if (subjects !== undefined || level !== undefined || byRoom !== undefined)
    return { zh: '评估没有科目、等级和考生人数。', en: 'An assessment has no subjects, level or candidates.' };
  return null;
}

function whyNoExam(wish: Omit<Session, 'id'>): Bilingual | null {
  const { startsAt, endsAt, rooms, candidates, byRoom, purpose } = wish;
  if (endsAt === null) return { zh: '考试场次要有结束时间。', en: 'An exam session needs an end.' };
  if (endsAt <= startsAt) return ENDS_FIRST;
  if (endsAt - startsAt > LONGEST_MS) {
    return {
      zh: '一场考试不会超过 24 小时；请检查日期。',
      en: 'An exam does not take more than 24 hours; check the dates.',
    };
  }
  if (purpose !== undefined)
    return { zh: '只有评估才写目的（遴选、评估、整改复核）。', en: 'Only an assessment has a purpose.' };
  if (rooms === 'all') return { zh: '考试场次要写明考场。', en: 'An exam session names its rooms.' };
  if (new Set(rooms).size < rooms.length) return { zh: '同一个考场写了两次。', en: 'A room is named twice.' };
  if (candidates === null)
    return { zh: '考试场次要写明考生人数。', en: 'An exam session says how many candidates sit it.' };
  return byRoom === undefined ? null : whyNotSo(byRoom, rooms, candidates);
}

/** How the candidates sit in the rooms has to say so of each room, and add up. */
function whyNotSo(
  byRoom: Readonly<Record<string, number>>,
  rooms: readonly string[],
  candidates: number,
): Bilingual | null {
  const odd = Object.keys(byRoom).find((room) => !rooms.includes(room));
  if (odd !== undefined) {
    return {
      zh: `考场 ${odd} 写了人数，但不在这一场的考场里。`,
      en: `Room ${odd} has candidates and is no room of this session.`,
    };
  }
  const lacking = rooms.find((room) => byRoom[room] === undefined);
  if (lacking !== undefined)
    return { zh: `没有写考场 ${lacking} 的考生人数。`, en: `How many sit in room ${lacking} is not said.` };
  const sum = Object.values(byRoom).reduce((total, count) => total + count, 0);
  if (sum === candidates) return null;
  return {
    zh: `各考场人数之和为 ${sum}，与总人数 ${candidates} 不一致。`,
    en: `The rooms add up to ${sum} candidates, and the session has ${candidates}.`,
  };
}

function whyClash(wish: Omit<Session, 'id'>, sessions: readonly Session[]): Bilingual | null {
  const clash = wish.kind === 'exam' ? sessions.find((other) => clashes(wish, other)) : undefined;
  if (!clash) return null;
  const room = roomsInCommon(wish, clash).join('、');
  return {
    zh: `考场 ${room} 在这段时间已有场次“${clash.title.zh}”。`,
    en: `Room ${room} has the session “${clash.title.en}” at that time already.`,
  };
}

const ENDS_FIRST: Bilingual = { zh: '结束时间要晚于开始时间。', en: 'The end has to be later than the start.' };
const LONGEST_MS = 24 * 3_600_000;

function clashes(wish: Omit<Session, 'id'>, other: Session): boolean {
  if (other.kind !== 'exam' || other.endsAt === null || wish.endsAt === null || other.cancelledAt !== undefined)
    return false;
  return wish.startsAt < other.endsAt && other.startsAt < wish.endsAt && roomsInCommon(wish, other).length > 0;
}

function roomsInCommon(left: Omit<Session, 'id'>, right: Session): readonly string[] {
  if (left.rooms === 'all') return right.rooms === 'all' ? ['*'] : right.rooms;
  const { rooms } = right;
  return rooms === 'all' ? left.rooms : left.rooms.filter((room) => rooms.includes(room));
}
