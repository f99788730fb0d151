import { readFileSync } from 'node:fs';
import { loadProbes } from '../../agent/catalogue.ts';
import { Fleet } from '../../agent/simulated/fleet.ts';
import { PROFILES, profileOf, type Profile } from '../../agent/simulated/profiles.ts';
import { parseTicket } from '../../agent/ticket.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, wholeNumber, WrongUse } from './options.ts';

const HELP = `usage: xunkao load --agents N --ticket FILE [OPTIONS]

Simulated machines that speak the real protocol, for scale and demonstration only. What they make is marked as simulated
everywhere and for good. The ticket comes from: xunkao ticket --room ROOM --uses N > FILE

  --agents N        how many (1 to 20000)
  --ticket FILE     holds the ticket; - reads it from stdin
  --profile WORD    all of one kind: ${PROFILES.join(', ')} (a mixture)
  --rate N          new machines a second (50)
  --lively          more goes wrong, for people to look at
`;

/** Never from the command line itself: everybody on this machine could read it there. */
function readTicket(name: string): string {
  try {
    return readFileSync(name === '-' ? 0 : pathFrom(name), 'utf8');
  } catch {
    throw new WrongUse('--ticket names a file that can be read, such as --ticket ticket.txt, not the ticket itself');
  }
}

const STATUS_MS = 10_000;

export const command: Command = async (args) => {
  const options = parse(args, HELP, {
    agents: { type: 'string' },
    ticket: { type: 'string' },
    profile: { type: 'string' },
    rate: { type: 'string' },
    lively: { type: 'boolean' },
  });
  if (!options) return 0;
  const { agents, ticket, profile, rate = '50', lively = false } = options.values;
  if (agents === undefined) throw new WrongUse(`--agents says how many machines\n\n${HELP}`);
  if (ticket === undefined) throw new WrongUse(`--ticket names the file of a ticket\n\n${HELP}`);
  const parsed = parseTicket(readTicket(ticket));
  if ('faults' in parsed) throw new WrongUse(`--ticket: ${parsed.faults.map((fault) => fault.en).join('; ')}`);
  if (profile !== undefined && !PROFILES.includes(profile as Profile))
    throw new WrongUse(`--profile takes one of ${PROFILES.join(', ')}, not ${profile}`);
  const fleet = new Fleet({
    agents: wholeNumber('agents', agents, 1, 20_000),
    ticket: parsed.ticket,
    probes: await loadProbes(),
    lively,
    rate: wholeNumber('rate', rate, 1, 5_000),
    log: (line) => process.stderr.write(`first machine: ${line}\n`),
    profile: profile === undefined ? profileOf : () => profile as Profile,
  });
  const ended = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  const status = setInterval(
    () =>
      process.stdout.write(`${fleet.online} of ${agents} simulated machines online, ${fleet.queued} frames queued\n`),
    STATUS_MS,
  );
  const faults = await Promise.race([fleet.start(), ended.then(() => [])]);
  if (faults.length === 0) await ended;
  for (const fault of faults) process.stderr.write(`xunkao load: ${fault.en} ${fault.zh}\n`);
  clearInterval(status);
  await fleet.stop();
  return faults.length === 0 ? 0 : 1;
};
