import { ANSWERING, CERTIFICATE, RESPONSE, responseWindow, steppedExpiry, TROUBLE } from '../platformWords.ts';
import type { Device, Probe } from '../probe.ts';
import { askHealth, type HealthTarget } from '../protocols/health.ts';
import type { Answer } from '../reading.ts';

/**
 * The exam platform as its reader sees it: an HTTP question or a TCP connect each half minute. What the seats see of it is
 * `portal.ts`. Nothing is sent but the question; whom and what to expect stands in the settings.
 */
export const probe: Probe = {
  name: 'platform',
  platforms: ['linux', 'win32', 'darwin'],
  device: 'platform',
  everySeconds: 30,
  staleAfterSeconds: 100,
  timeLimitMs: 15_000,
  facts: {
    answering: ANSWERING,
    comm: TROUBLE,
    status: { type: 'number', least: 0, most: 999, about: { zh: 'HTTP 状态码', en: 'HTTP status' } },
    response_p95_seconds: RESPONSE,
    certificate_expires_seconds: CERTIFICATE,
  },
  watch,
};

const POLL_MS = 30_000;
/** A platform that needs longer is of no use to a candidate. */
const LIMIT_MS = 8_000;

export function watch(device: Device, tell: (answer: Answer, outcome: 'ok' | 'failed') => void): () => void {
  const target = targetOf(device);
  const window = responseWindow();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  async function turn(): Promise<void> {
    const health = await askHealth(target, LIMIT_MS);
    if (isStopped) return;
    tell(
      {
        facts: {
          answering: health.trouble === null,
          comm: health.trouble ?? 'ok',
          status: health.status,
          response_p95_seconds: window.add(health),
          certificate_expires_seconds: steppedExpiry(health.certificateSeconds),
        },
      },
      'ok',
    );
    timer = setTimeout(() => void turn(), POLL_MS);
  }
  void turn();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

function targetOf({ url, ca, options = {} }: Device): HealthTarget {
  const { status, text } = options;
  return {
    url,
    ca,
    status: typeof status === 'number' ? status : undefined,
    text: typeof text === 'string' ? text : undefined,
  };
}
