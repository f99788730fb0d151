import type { Host } from '../host.ts';
import { readZone } from '../linux/zone.ts';
import type { Probe } from '../probe.ts';
import { readTime } from '../windows/time.ts';

/** The machine's own idea of time. How far its clock is off is not its to say: the collector witnesses that. */
export const probe: Probe = {
  name: 'clock',
  platforms: ['linux', 'win32', 'darwin'],
  everySeconds: 60,
  staleAfterSeconds: 300,
  timeLimitMs: 2_000,
  facts: {
    synchronized: {
      type: 'boolean',
      about: { zh: '时钟已与时间服务器同步', en: 'The clock is kept right by a time server' },
    },
    utc_offset_seconds: {
      type: 'number',
      unit: 'seconds',
      least: -86_400,
      most: 86_400,
      about: { zh: '时区与 UTC 的差', en: 'Offset of the time zone from UTC, east of it positive' },
    },
    zone: { type: 'string', largest: 60, about: { zh: '时区', en: 'Time zone' } },
  },
  async ask(host) {
    const windows = host.windows ? readTime(host.windows) : null;
    const zone = host.platform === 'win32' ? null : await readZone(host);
    return {
      facts: {
        synchronized: host.platform === 'linux' ? await isSynchronized(host) : (windows?.synchronized ?? null),
        utc_offset_seconds: zone?.offsetSeconds ?? windows?.offsetSeconds ?? ownOffset(host.now()),
        zone: zone?.name ?? windows?.zone ?? null,
      },
    };
  },
};

/** As the process knows it: right unless somebody changed the zone since the agent started. */
function ownOffset(now: number): number {
  // Never minus zero, which JSON would not keep.
  return 0 - new Date(now).getTimezoneOffset() * 60;
}

/**
 * timesyncd says it in a file, whose folder exists only while it runs. chronyd and ntpd keep it in their memory, but
 * correct their drift file only while they follow a server: a fresh one proves yes, an old one proves nothing.
 */
async function isSynchronized(host: Host): Promise<boolean | null> {
  const timesyncd = await host.list('/run/systemd/timesync');
  if (timesyncd !== null) return timesyncd.includes('synchronized');
  for (const { program, runs, drift } of DAEMONS) {
    const number = (await host.text(runs))?.trim() ?? '';
    if (!/^\d+$/.test(number) || (await host.text(`/proc/${number}/comm`))?.trim() !== program) continue;
    const changed = await host.modified(drift);
    if (changed !== null && Math.abs(host.now() - changed) < DRIFT_FRESH_MS) return true;
  }
  return null;
}

/** They write at most once an hour, and only when the drift has changed. */
const DRIFT_FRESH_MS = 3 * 3_600_000;

const DAEMONS: readonly { readonly program: string; readonly runs: string; readonly drift: string }[] = [
  { program: 'chronyd', runs: '/run/chrony/chronyd.pid', drift: '/var/lib/chrony/chrony.drift' },
  { program: 'chronyd', runs: '/run/chrony/chronyd.pid', drift: '/var/lib/chrony/drift' },
  { program: 'ntpd', runs: '/run/ntpd.pid', drift: '/var/lib/ntpsec/ntp.drift' },
  { program: 'ntpd', runs: '/run/ntpd.pid', drift: '/var/lib/ntp/ntp.drift' },
];
