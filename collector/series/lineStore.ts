import { InfluxDB } from 'influx';
import { StoreRefused, type Point, type StoreSettings } from './store.ts';

/** Asked for longer than this it counts as away. The client's own default is half a minute. */
const LIMIT_MS = 10_000;

/**
 * Line protocol over HTTP, which both stores take, by the client `influx`. It has no buffer and no second try: a host that
 * refused once is put aside by it, so it is made anew after each failure, and the outbox does the rest.
 */
export interface LineWriter {
  write(points: readonly Point[]): Promise<void>;
  readonly client: () => InfluxDB;
}

export function createLineWriter(settings: StoreSettings): LineWriter {
  let client: InfluxDB | null = null;
  const current = (): InfluxDB => (client ??= makeClient(settings));
  return {
    client: current,
    async write(points) {
      const lines = points.map(({ measurement, tags, fields, at }) => ({ measurement, tags, fields, timestamp: at }));
      try {
        await current().writePoints(lines, { database: settings.database, precision: 'ms' });
      } catch (error) {
        client = null;
        throw refusal(error, settings);
      }
    },
  };
}

function makeClient({ url, database, user, password }: StoreSettings): InfluxDB {
  const { protocol, hostname, port, pathname } = new URL(url);
  return new InfluxDB({
    protocol: protocol === 'https:' ? 'https' : 'http',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    path: pathname.replace(/\/$/, ''),
    database,
    // Said, since the client would otherwise sign in as root.
    username: user,
    password,
    pool: { requestTimeout: LIMIT_MS, maxRetries: 0 },
  });
}

/** Says what was tried, on whom and what came back, without the password. */
export function refusal(error: unknown, { url, kind }: Pick<StoreSettings, 'url' | 'kind'>): StoreRefused {
  if (error instanceof StoreRefused) return error;
  const { message = String(error), res } = error as { message?: string; res?: { statusCode?: number } };
  const status = res?.statusCode;
  const said = status === undefined ? message : `${status} ${message}`;
  // 404 is a database that was dropped, 401 and 403 a password that was changed: somebody will put it right.
  const isBad = status !== undefined && status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status);
  return new StoreRefused(isBad ? 'bad' : 'away', `${kind} at ${url} answered: ${said.slice(0, 300)}`);
}
