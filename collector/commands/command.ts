/** Runs until done; the number is the exit code. Throws `WrongUse` for options that make no sense. */
export type Command = (args: readonly string[]) => Promise<number>;

interface Listed {
  readonly name: string;
  readonly line: string;
  load(): Promise<unknown>;
}

/** In the order of a first day at a site. */
export const COMMANDS: readonly Listed[] = [
  { name: 'up', line: 'the collector and an agent for this machine (npm start)', load: () => import('./up.ts') },
  { name: 'collector', line: 'the collector alone', load: () => import('./collector.ts') },
  { name: 'ticket', line: 'a ticket that lets machines of a room enrol', load: () => import('./ticket.ts') },
  { name: 'standard', line: 'check a pack of rules, or print it as a table', load: () => import('./standard.ts') },
  { name: 'backup', line: 'copy the data directory while the collector runs', load: () => import('./backup.ts') },
  { name: 'load', line: 'simulated machines, for scale and demonstration', load: () => import('./load.ts') },
];
