import { describe, expect, it } from 'vitest';
import { LIMIT_TABLE, limitNames, LIMITS, limitsWith } from '../../../collector/gateway/limits.ts';

describe('the table of limits', () => {
  it('has a whole positive number and a reason in both languages for each', () => {
    for (const { value, why } of Object.values(LIMIT_TABLE)) {
      expect(Number.isInteger(value) && value > 0).toBe(true);
      expect(why.zh).toMatch(/\p{Script=Han}/u);
      expect(why.en).toMatch(/^[\x20-\x7e]+\.$/);
    }
  });

  it('takes changes by the names of the settings file and says which names are none', () => {
    const { limits, unknown } = limitsWith({ hello_ms: 1_000, liveBurst: 3, nonsense: 1 });
    expect(limits).toEqual({ ...LIMITS, helloMs: 1_000, liveBurst: 3 });
    expect(unknown).toEqual(['nonsense']);
    expect(limitNames.get('connections_per_address')).toBe('connectionsPerAddress');
  });
});
