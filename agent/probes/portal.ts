import { ANSWERING, CERTIFICATE, p95, RESPONSE, responseWindow, steppedExpiry, TROUBLE } from '../platformWords.ts';
import type { Probe } from '../probe.ts';
import { askHealth } from '../protocols/health.ts';
import type { Facts } from '../reading.ts';

/** The agent's own limit, whatever the settings name. */
const MOST_TARGETS = 4;
const LIMIT_MS = 8_000;

/**
 * The exam platform as this machine sees it, since a candidate sits here and not at the gateway: one question a minute to
 * each platform of the settings. No platform named: everything is null, for nobody said what should answer.
 */
export const probe: Probe = portalProbe();

/** A probe with a memory of its own. */
export function portalProbe(): Probe {
  let windows = new Map<string, ReturnType<typeof responseWindow>>();
  return {
    name: 'portal',
    platforms: ['linux', 'win32', 'darwin'],
    everySeconds: 60,
    staleAfterSeconds: 180,
    timeLimitMs: LIMIT_MS + 1_000,
    facts: {
      answering: ANSWERING,
      comm: TROUBLE,
      response_p95_seconds: RESPONSE,
      certificate_expires_seconds: CERTIFICATE,
      targets: { type: 'number', least: 0, about: { zh: '考核平台数', en: 'Platforms asked' } },
    },
    async ask(_host, { platforms = [] }) {
      const targets = platforms.slice(0, MOST_TARGETS);
      if (targets.length === 0) return { facts: NO_TARGET };
      // Those that are named no more are forgotten.
      windows = new Map(targets.map(({ url }) => [url, windows.get(url) ?? responseWindow()]));
      const all = await Promise.all(
        targets.map(async (target) => {
          const health = await askHealth(target, LIMIT_MS);
          return { health, response: windows.get(target.url)?.add(health) ?? null };
        }),
      );
      const worst = all.find(({ health }) => health.trouble !== null);
      const ends = all.flatMap(({ health }) => health.certificateSeconds ?? []);
      return {
        facts: {
          answering: worst === undefined,
          comm: worst?.health.trouble ?? 'ok',
          response_p95_seconds: p95(all.flatMap(({ response }) => response ?? [])),
          certificate_expires_seconds: steppedExpiry(ends.length === 0 ? null : Math.min(...ends)),
          targets: targets.length,
        },
      };
    },
  };
}

const NO_TARGET: Facts = Object.freeze({
  answering: null,
  comm: null,
  response_p95_seconds: null,
  certificate_expires_seconds: null,
  targets: 0,
});
