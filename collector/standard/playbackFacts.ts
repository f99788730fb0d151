import type { FactDefinition } from '../../agent/probe.ts';

/** Of a camera: what a fetched clip has shown (`collector/drills/playback.ts`). Its reader says so, so it is claimed. */
export const PLAYBACK = {
  name: 'playback',
  facts: {
    result: {
      type: 'string',
      largest: 20,
      about: { zh: '回放实测的结果', en: 'What the last fetched clip showed' },
      words: {
        proven: { zh: '已证明', en: 'proven' },
        failed: { zh: '不合格', en: 'failed' },
        unprovable: { zh: '无法证明', en: 'cannot be proven' },
        expired: { zh: '已过期', en: 'expired' },
      },
    },
    expires_seconds: {
      type: 'number',
      unit: 'seconds',
      about: {
        zh: '该结果的剩余有效期；0 或负数为已过期',
        en: 'For how long it still counts; 0 or less: it has expired',
      },
    },
    just_recorded: {
      type: 'boolean',
      about: {
        zh: '15 分钟内的一段录像已经回放成功（否：录像机没有那一段）',
        en: 'A clip of the last 15 minutes was played back; no: the recorder has none of it',
      },
    },
  },
} as const satisfies { readonly name: string; readonly facts: Readonly<Record<string, FactDefinition>> };
