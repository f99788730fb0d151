import { describe, expect, it } from 'vitest';
import { describe as say, type EntryRow } from '../../../../collector/console/public/entries.ts';
import { FACTS } from '../../../fixtures/console/rules.ts';

const titles = new Map([['memory-size', { zh: '内存容量', en: 'Memory size' }]]);
const entry = (part: Partial<EntryRow>): EntryRow => ({
  n: 1,
  at: 0,
  kind: 'verdict',
  rule: 'memory-size',
  late: false,
  body: {},
  ...part,
});

describe('an entry of the record in words', () => {
  it('says how a verdict changed and what was seen', () => {
    const body = { before: 'holds', state: 'broken', observed: { 'memory.installed_bytes': 2 * 1024 ** 3 } };
    expect(say(entry({ body }), titles, FACTS, 'zh')).toEqual({
      what: '内存容量：符合 → 不符合',
      detail: '2 GiB',
      state: 'broken',
    });
    expect(say(entry({ body }), titles, FACTS, 'en').what).toBe('Memory size: Holds → Broken');
  });

  it('says the first verdict without a before', () => {
    expect(say(entry({ body: { before: null, state: 'unknown' } }), titles, FACTS, 'en').what).toBe(
      'Memory size: Unknown',
    );
  });

  it('says what became of an incident, by its rule or its kind', () => {
    const opened = entry({ kind: 'incident', body: { change: 'opened', incident: 'broken', observed: {} } });
    expect(say(opened, titles, FACTS, 'zh').what).toBe('事件开始：内存容量');
    const twice = entry({ kind: 'incident', rule: null, body: { change: 'closed', incident: 'alive-twice' } });
    expect(say(twice, titles, FACTS, 'en').what).toBe('Incident closed: The same identity was alive twice');
  });

  it('says where a machine was put', () => {
    const moved = entry({ kind: 'machine', rule: null, body: { act: 'assigned', room: 'A', seat: '17', by: 'a-1' } });
    expect(say(moved, titles, FACTS, 'zh')).toEqual({ what: '改了座位或用途', detail: '考场 A、座位 17', state: null });
  });

  it('is described as far as it is understood when its words are new', () => {
    expect(say(entry({ rule: 'new-rule', body: { state: 'dreamt', observed: 5 } }), titles, FACTS, 'en')).toEqual({
      what: 'new-rule',
      detail: '',
      state: null,
    });
    expect(say(entry({ kind: 'machine', body: { act: 'sang' } }), titles, FACTS, 'en').what).toBe(
      'Machine enrolled or changed',
    );
  });
});
