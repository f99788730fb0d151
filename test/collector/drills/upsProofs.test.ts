import { expect, test } from 'vitest';
import { createUpsProofs } from '../../../collector/drills/upsProofs.ts';
import { createUpsSight } from '../../../collector/drills/upsSight.ts';
import { settle, testSite, UPS } from '../../fixtures/site.ts';

test('a server keeps no proof of an earlier process when no UPS bears it out any more: another one feeds it, or the drill is gone', () => {
  const site = testSite(undefined, [UPS]);
  settle(site, 'm-1', { '': {} });
  const { state, places } = site.stages;
  const now = site.clock.now();
  state.witness('m-1', 'proof.ups_seconds', 7_500, now);
  state.witness('m-1', 'proof.ups_expires_seconds', 86_400, now);
  const sight = createUpsSight({ state, places, history: { series: async () => [] } });
  createUpsProofs({ book: { decisive: () => undefined }, state, places, sight }).prove(now);
  expect(sight.factOf(state.get('m-1'), 'proof.ups_seconds')).toBeUndefined();
  expect(state.get('m-1')!.values[state.catalogue.fact('proof.ups_seconds')!.index]).toBeNull();
});
