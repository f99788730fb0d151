import { answerAccess } from './accounts/atItsPc.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { Tokens } from './accounts/tokens.ts';
import type { Affairs } from './affairs.ts';
import type { Bilingual } from '../agent/probe.ts';
import type { Belonging } from './belonging.ts';
import type { Clock } from './clock.ts';
import type { Trial } from './compliance/trial.ts';
import type { RowSource } from './console/rows.ts';
import { trialAnswer } from './console/trialApi.ts';
import type { Answer, Question } from './control.ts';
import { answerDrill, type Drills } from './drills/drills.ts';
import { answerPlayback } from './drills/playbackAnswer.ts';
import type { Enrolment } from './enrolment.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Role, SiteDevice } from './identity/machine.ts';
import { answerUplink } from './network/answer.ts';
import type { Network } from './network/network.ts';
import { dayAt } from './people/people.ts';
import type { Readers } from './readers.ts';
import { writeExport } from './record/exportFile.ts';
import type { RecordDesk } from './record/recordDesk.ts';
import { rehearse, type RehearsingParts } from './rehearsing.ts';
import { readRosterFile } from './rosterOf.ts';
import type { Seating } from './seating.ts';
import type { Settings } from './settings.ts';

export interface QuestionsParts {
  readonly site: string;
  readonly settings: Settings;
  readonly devices: readonly SiteDevice[];
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly affairs: Affairs;
  readonly seating: Seating;
  readonly enrolment: Enrolment;
  readonly rehearsing: RehearsingParts;
  readonly drills: Drills;
  readonly network: Network;
  readonly readers: Readers;
  readonly gateway: () => Gateway;
  readonly record: RecordDesk;
  readonly belonging: Belonging | null;
  readonly trial: Trial | null;
  readonly rows: RowSource;
}

/** Who asks by a command stands before this PC; the record says so. */
const BY = 'console of this PC';
/** What a command shows of a trial; the API has them all. */
const TRIAL_FINDINGS = 2_000;

/** What commands on the collector's own PC ask of the one that runs, and its answers. */
export function createQuestions(
  parts: QuestionsParts,
): (question: Exclude<Question, { ask: 'backup' }>) => Promise<Answer> {
  const { site, settings, devices, clock, accounts, tokens, affairs, seating, enrolment, rehearsing } = parts;
  const { drills, network, readers, gateway, record: recordDesk, belonging, rows } = parts;
  return async (question) => {
    switch (question.ask) {
      case 'access':
        return answerAccess(question.question, { accounts, tokens, now: () => clock.now().wall });
      case 'seats':
        return {
          ...(await seating.importSeats(Buffer.from(question.file, 'base64'), question.room, BY)),
        };
      case 'rehearse': {
        const { room, session } = question;
        const done = await rehearse(rehearsing, room, session, BY);
        return 'refused' in done ? { error: done.refused } : { ...done };
      }
      case 'status':
        return { pid: process.pid, site };
      case 'drill':
        return answerDrill(drills, question, BY);
      case 'uplink':
        return answerUplink(network.uplink, drills.book, question, BY);
      case 'playback':
        return answerPlayback(drills, devices, question, BY);
      case 'secrets':
        for (const machine of readers.reload()) gateway().push(machine);
        return {
          known: settings.devices.some(
            ({ id, ...device }) =>
              question.device === id || ('recorder' in device && device.recorder === question.device),
          ),
        };
      case 'record-export':
        await writeExport(recordDesk.export(), question.to);
        return { said: question.to };
      case 'record-rotate':
        await recordDesk.rotate(BY);
        return { said: recordDesk.keyLine() };
      case 'record-key':
        return { said: recordDesk.keyLine() };
      case 'organization-take':
        if (!belonging) return { error: NO_ORGANIZATION };
        return { ...(await belonging.takeFile(question.file)) };
      case 'organization-hand-in':
        if (!belonging) return { error: NO_ORGANIZATION };
        return belonging.handIn(question.file, question.duty, question.what);
      case 'organization-standing':
        if (!belonging) return { error: NO_ORGANIZATION };
        return { url: belonging.url, ...belonging.membership.standing(), ...belonging.shipping.standing() };
      case 'ticket': {
        const { ticket, command, onlyHere } = await enrolment.makeTicket(
          { ...question.wish, role: question.wish.role as Role },
          BY,
        );
        return { ticket, command, onlyHere };
      }
      case 'trial':
        return {
          trial:
            parts.trial &&
            (await trialAnswer(rows, parts.trial, { sees: () => true, after: 0, limit: TRIAL_FINDINGS })),
        };
      case 'roster': {
        const bytes = await readRosterFile(question.file);
        if ('error' in bytes) return bytes;
        return {
          ...(await affairs.people.roster.importFile(bytes, dayAt(clock.now().wall), BY, question.trial)),
        };
      }
    }
    return question satisfies never;
  };
}

const NO_ORGANIZATION: Bilingual = {
  zh: '设置里没有 organization：先写 ticket_file，再重新启动采集器',
  en: 'the settings name no organization: write ticket_file there and start the collector again',
};
