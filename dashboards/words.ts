import type { Bilingual } from '../agent/probe.ts';
import type { Panel } from './board.ts';

/** States of a verdict as people read them, worst first. */
export const STATES = {
  broken: { zh: '不符合', en: 'broken' },
  unknown: { zh: '未知', en: 'unknown' },
  attested: { zh: '人工确认', en: 'attested' },
  waived: { zh: '豁免', en: 'waived' },
  'not-due': { zh: '暂不要求', en: 'not due' },
  holds: { zh: '符合', en: 'holds' },
} as const satisfies Readonly<Record<string, Bilingual>>;

export const READINESS = {
  ready: { text: { zh: '就绪', en: 'Ready' }, color: 'green' },
  'not-ready': { text: { zh: '未就绪', en: 'Not ready' }, color: 'red' },
  unknown: { text: { zh: '未知', en: 'Unknown' }, color: 'yellow' },
} as const satisfies NonNullable<Panel['words']>;

export const YES_NO = (good: '0' | '1'): NonNullable<Panel['words']> => ({
  '1': { text: { zh: '是', en: 'yes' }, color: good === '1' ? 'green' : 'red' },
  '0': { text: { zh: '否', en: 'no' }, color: good === '0' ? 'green' : 'red' },
});

/** A seat as one number, so that a wall of them can be sorted and coloured: worst last in value, first in sight. */
export const SEAT = {
  '3': { text: { zh: '断线', en: 'silent' }, color: 'purple' },
  '2': { text: { zh: '不符合', en: 'broken' }, color: 'red' },
  '1': { text: { zh: '未知', en: 'unknown' }, color: 'yellow' },
  '0': { text: { zh: '正常', en: 'fine' }, color: 'green' },
} as const satisfies NonNullable<Panel['words']>;
