import { NutConnection, type NutServer } from './nutConnection.ts';
import { isRefusal, NutError, type NutTrouble } from './nutError.ts';

/**
 * Watches one UPS of a `upsd` for ever. NUT pushes nothing to its clients, so `GET VAR ups.status` is asked four times a
 * second (0.2 ms, one line) and `LIST VAR` (40 ms) every five seconds and after each change of status.
 * Knows nothing of readings: what the variables mean is `probes/ups.ts`.
 */
export interface NutState {
  /** `ok`: the status is the driver's own word, not older than one poll. */
  readonly comm: NutComm;
  /** One English sentence for a log; empty when ok. */
  readonly message: string;
  /** The words of `ups.status`, as upsd gave them; null unless `comm` is ok. */
  readonly status: string | null;
  /** Of this or an older poll; null until they are known, or known again after a loss. */
  readonly variables: ReadonlyMap<string, string> | null;
}

/** `WAIT`: upsd runs but its driver has told it nothing yet. */
export type NutComm = 'ok' | 'WAIT' | NutTrouble;

export interface NutAddress {
  readonly host: string;
  readonly port: number;
  readonly ups: string;
  readonly tls: boolean;
}

export interface NutTarget extends Omit<NutServer, 'timeoutMs'> {
  readonly ups: string;
}

export interface NutTiming {
  readonly pollMs: number;
  readonly variablesMs: number;
  /** Variables older than this are not believed any more (`LIST VAR` is refused while `GET VAR` works). */
  readonly variablesLimitMs: number;
  readonly timeoutMs: number;
  /** An unchanged state is told again after this long. */
  readonly freshMs: number;
  /** Waits before the first, second … next attempt to connect; the last one repeats for ever. */
  readonly backoffMs: readonly number[];
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

export const NUT_TIMING: Omit<NutTiming, 'clock'> = {
  pollMs: 250,
  variablesMs: 5_000,
  variablesLimitMs: 15_000,
  timeoutMs: 3_000,
  // A little under a second, so that the fourth poll is never just too early.
  freshMs: 900,
  // A restarted upsd is back within a second; one that is gone costs a SYN every two.
  backoffMs: [200, 500, 1_000, 2_000],
};

/** The shape that `nutAddress` takes, for messages. */
export const NUT_URL_SHAPE = 'nut://host:3493/ups or nut+tls://host:3493/ups';

/** Reads `nut://10.0.0.5:3493/exam`; null when it is not of `NUT_URL_SHAPE`. A user or password in it is not. */
export function nutAddress(text: string): NutAddress | null {
  try {
    const url = new URL(text);
    const ups = decodeURIComponent(url.pathname.slice(1));
    const isNut = url.protocol === 'nut:' || url.protocol === 'nut+tls:';
    const isPlain = url.username + url.password + url.search + url.hash === '' && /^[^\p{C}/\s]{1,80}$/u.test(ups);
    if (!isNut || !isPlain || url.hostname === '' || url.port === '0') return null;
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(url.port || 3493),
      ups,
      tls: url.protocol === 'nut+tls:',
    };
  } catch {
    return null;
  }
}

/**
 * Tells each change at once and an unchanged state about once a second – but only while upsd answers, or while there is
 * certainly no connection: a state is never made fresh by a question that is still open.
 */
export class NutPoller {
  private readonly target: NutTarget;
  private readonly timing: NutTiming;
  private readonly tell: (state: NutState) => void;
  private isStopped = false;
  private state: NutState = { comm: 'closed', message: 'not yet asked', status: null, variables: null };
  private toldAt = -Infinity;
  private listedAt = -Infinity;
  private variablesAt = -Infinity;
  private failures = 0;
  private connection: NutConnection | undefined;
  private repeat: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;
  private resume: (() => void) | undefined;

  constructor(target: NutTarget, timing: NutTiming, tell: (state: NutState) => void) {
    this.target = target;
    this.timing = timing;
    this.tell = tell;
  }

  start(): void {
    void this.run();
  }

  /** Nothing is told after it. */
  stop(): void {
    this.isStopped = true;
    clearInterval(this.repeat);
    clearTimeout(this.pause);
    this.resume?.();
    this.connection?.close();
  }

  private async run(): Promise<void> {
    const { timeoutMs, backoffMs, pollMs } = this.timing;
    while (!this.isStopped) {
      const connection = new NutConnection({ ...this.target, timeoutMs });
      this.connection = connection;
      try {
        await connection.open();
        while (!this.isStopped) {
          await this.poll(connection);
          await this.sleep(pollMs);
        }
      } catch (error) {
        this.lose(asNutError(error));
      }
      connection.close();
      await this.sleep(backoffMs[Math.min(this.failures++, backoffMs.length - 1)] ?? pollMs);
    }
  }

  private async poll(connection: NutConnection): Promise<void> {
    const { comm, message, status } = await this.askStatus(connection);
    if (this.isStopped) return;
    clearInterval(this.repeat);
    this.failures = 0;
    if (comm !== 'ok') return this.say({ comm, message, status: null, variables: null });
    const { status: before, variables } = this.state;
    const now = this.timing.clock();
    const isKnown = now - this.variablesAt <= this.timing.variablesLimitMs;
    this.say({ comm, message, status, variables: isKnown ? variables : null });
    if (before !== status || now - this.listedAt >= this.timing.variablesMs) await this.askVariables(connection);
  }

  private async askStatus(connection: NutConnection): Promise<Omit<NutState, 'variables'>> {
    const answer = await refusable(connection.variable(this.target.ups, 'ups.status'));
    if (answer instanceof NutError) return { comm: answer.trouble, message: answer.message, status: null };
    if (answer === 'WAIT') return { comm: 'WAIT', message: 'upsd has nothing from its driver yet', status: null };
    return { comm: 'ok', message: '', status: answer };
  }

  private async askVariables(connection: NutConnection): Promise<void> {
    this.listedAt = this.timing.clock();
    const variables = await refusable(connection.variables(this.target.ups));
    if (this.isStopped || variables instanceof NutError) return;
    this.variablesAt = this.listedAt;
    // The list's own status is the newer one.
    const status = variables.get('ups.status') ?? this.state.status;
    if (status !== 'WAIT') this.say({ comm: 'ok', message: '', status, variables });
  }

  private lose(error: NutError): void {
    if (this.isStopped) return;
    this.say({ comm: error.trouble, message: error.message, status: null, variables: null });
    clearInterval(this.repeat);
    this.repeat = setInterval(() => this.say(this.state), this.timing.freshMs);
  }

  private say(next: NutState): void {
    const now = this.timing.clock();
    const { comm, status, variables } = this.state;
    const isSame = next.comm === comm && next.status === status && next.variables === variables;
    if (isSame && now - this.toldAt < this.timing.freshMs) return;
    this.state = next;
    this.toldAt = now;
    this.tell(next);
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped) return resolve();
      this.resume = resolve;
      this.pause = setTimeout(resolve, milliseconds);
    });
  }
}

/** A refusal is an answer; anything else has ended the connection. */
async function refusable<T>(answer: Promise<T>): Promise<T | NutError> {
  try {
    return await answer;
  } catch (error) {
    const trouble = asNutError(error);
    if (isRefusal(trouble)) return trouble;
    throw trouble;
  }
}

function asNutError(error: unknown): NutError {
  if (error instanceof NutError) return error;
  throw error;
}
