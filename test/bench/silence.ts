import { ticketText } from '../../agent/ticket.ts';
import { sleep, until, type CollectorProgram, type Program } from './field.ts';
import { openPage, type Page } from './page.ts';
import { spreadOf, type Context, type Row } from './row.ts';

const KILLS = 8;
const FREEZES = 5;
const INCIDENT_LIMIT_MS = 20_000;

/** A real agent, killed again and again, then stopped (SIGSTOP) again and again. */
export const row: Row = {
  name: 'silence',
  about: 'an agent is killed, an agent is frozen: how long until the incident is on a page',
  limitSeconds: 200,
  cannot: () => (process.platform === 'win32' ? 'nobody can be frozen with a signal on Windows' : null),
  async run(context) {
    const { quick, field, note } = context;
    const collector = await field.collector();
    const page = await openPage(collector.url);
    field.own(page.close);
    // One after the other: a second agent on this hardware would be a clone.
    const seated = await seat(context, collector);
    const killMs: number[] = [];
    for (let round = 0; round < (quick ? 1 : KILLS); round += 1) {
      await anyMoment();
      killMs.push(await untilIncident(page, seated.machine, () => void seated.agent.kill()));
      await seated.restart();
    }
    note(`killed: ${killMs.map((ms) => ms.toFixed(0)).join(' ')} ms`);
    const freezeMs: number[] = [];
    for (let round = 0; round < (quick ? 1 : FREEZES); round += 1) {
      await anyMoment();
      freezeMs.push(await untilIncident(page, seated.machine, () => seated.agent.signal('SIGSTOP')));
      seated.agent.signal('SIGCONT');
      await seated.back();
    }
    note(`frozen: ${freezeMs.map((ms) => ms.toFixed(0)).join(' ')} ms`);
    return [
      {
        what: { en: 'agent killed → incident on a page', zh: '监测程序被杀死 → 页面上的事件' },
        unit: 'ms',
        ours: spreadOf(killMs),
        bars: [{ of: 'worst', is: '≤', value: 1000 }],
      },
      {
        what: { en: 'agent silent → incident on a page', zh: '监测程序无声 → 页面上的事件' },
        unit: 's',
        ours: spreadOf(freezeMs.map((ms) => ms / 1000)),
        bars: [{ of: 'worst', is: '≤', value: 6 }],
      },
    ];
  },
};

/** Whoever was just heard again was heard with a beat: a beat and a ping later it may be any moment between them. */
function anyMoment(): Promise<void> {
  return sleep(1_000 * Math.random());
}

interface Seat {
  readonly machine: string;
  readonly agent: Program;
  /** Resolves when it is heard again. */
  readonly back: () => Promise<void>;
  readonly restart: () => Promise<void>;
}

async function seat({ field }: Context, collector: CollectorProgram): Promise<Seat> {
  const dir = field.folder('agent');
  const { port } = collector;
  let agent = field.agent({ dir, port, ticket: ticketText(await collector.ticket('A', 1)) });
  const found = await until('the machine', 30_000, async () =>
    (await machines(collector)).find(({ online }) => online === true),
  );
  const back = async (): Promise<void> => {
    await until('it to be back', 30_000, async () =>
      (await machines(collector)).some(({ id, online }) => id === found.id && online === true),
    );
  };
  return {
    machine: found.id,
    get agent() {
      return agent;
    },
    back,
    async restart() {
      agent = field.agent({ dir, port });
      await back();
    },
  };
}

async function machines(collector: CollectorProgram): Promise<readonly { id: string; online: boolean | null }[]> {
  return (await collector.get<{ machines: { id: string; online: boolean | null }[] }>('/machines')).machines;
}

/** ms from `act` until a page is told of the incident. */
function untilIncident(page: Page, machine: string, act: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no incident about ${machine}`)), INCIDENT_LIMIT_MS);
    const since = performance.now();
    page.onHeard = ({ at, changed }) => {
      const isIt = changed.incidents.some(
        ({ rule, subject, closedAt }) => rule === 'online' && subject === machine && closedAt === null,
      );
      if (!isIt) return;
      clearTimeout(timer);
      resolve(at - since);
    };
    act();
  });
}
