import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../collector/clock.ts';
import { LIMITS } from '../../../collector/gateway/limits.ts';
import { createPresence } from '../../../collector/gateway/presence.ts';

function open() {
  const clock = manualClock();
  return { clock, presence: createPresence(clock, LIMITS) };
}

describe('presence', () => {
  it('is told when it changes and only then', () => {
    const { presence } = open();
    expect(presence.came('m-1', '10.0.0.17', false)).toMatchObject({
      online: true,
      reason: 'connected',
      sameHost: false,
    });
    expect(presence.came('m-1', '10.0.0.17', false)).toBeNull();
    expect(presence.came('m-1', '10.0.0.18', false)).toMatchObject({ online: true, address: '10.0.0.18' });
    expect(presence.came('m-1', '10.0.0.18', true)).toMatchObject({ online: true, reason: 'replaced' });
    expect(presence.left('m-1', 'silent')).toMatchObject({ online: false, reason: 'silent', address: '10.0.0.18' });
    expect(presence.left('m-1', 'closed')).toBeNull();
  });

  it('knows a machine that is this computer', () => {
    const { presence } = open();
    expect(presence.came('m-1', '127.0.0.1', false)).toMatchObject({ sameHost: true });
  });

  it("outlives the collector's restart for a grace time", () => {
    const { clock, presence } = open();
    presence.restore('m-back', { online: true, address: '10.0.0.1' });
    presence.restore('m-gone', { online: true, address: '10.0.0.2' });
    presence.restore('m-off', { online: false, address: '10.0.0.3' });
    presence.restore('m-new', undefined);
    clock.advance(LIMITS.graceMs - 1);
    expect(presence.due(clock.now())).toEqual([]);
    expect(presence.came('m-back', '10.0.0.1', false)).toBeNull();
    clock.advance(1);
    expect(presence.due(clock.now())).toMatchObject([
      { machine: 'm-gone', online: false, reason: 'silent' },
      { machine: 'm-new', online: false, reason: 'silent' },
    ]);
    expect(presence.due(clock.now())).toEqual([]);
  });

  it('stays while a machine that was sent away comes back, and ends when it does not', () => {
    const { clock, presence } = open();
    presence.came('m-1', '10.0.0.1', false);
    presence.sentAway('m-1');
    expect(presence.came('m-1', '10.0.0.1', false)).toBeNull();
    presence.sentAway('m-1');
    clock.advance(LIMITS.graceMs);
    expect(presence.due(clock.now())).toMatchObject([{ machine: 'm-1', online: false, reason: 'silent' }]);
  });
});
