import type { Certification } from '../certification.ts';
import type { Decision, OrganizationDocument } from '../document.ts';
import type { Organization } from '../organization.ts';
import { recall, sendPack, setParameters, waive } from './allow.ts';
import { certify } from './certify.ts';
import { decide, wrong } from './decide.ts';
import { closeDuty, openEvaluation, openRectification } from './duties.ts';

/** What a person may sign for a site, by its word; `said` is JSON that came from outside. */
export const ACTS = [
  'certification',
  'decision',
  'rectification',
  'evaluation',
  'close',
  'waiver',
  'waiver-withdrawn',
  'parameters',
  'pack',
] as const;
export type ActWord = (typeof ACTS)[number];

/** Of a `Date`, ms. */
const LAST_MOMENT = 8.64e15;

export function act(
  organization: Organization,
  site: string,
  word: string,
  said: Readonly<Record<string, unknown>>,
  by: string,
): Promise<OrganizationDocument> {
  const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '');
  const numberOrNull = (name: string): number | null => (Number.isFinite(said[name]) ? (said[name] as number) : null);
  /** What no calendar can show would stand in a signed document, and break every page that shows it. */
  const momentOrNull = (name: string): number | null => {
    const at = said[name];
    if (typeof at === 'number' && !(at >= 0 && at <= LAST_MOMENT))
      throw wrong(`${name}: a moment in ms since 1970`, `${name}：自 1970 年起的毫秒数`);
    return numberOrNull(name);
  };
  const moment = (name: string): number => momentOrNull(name) ?? Number.NaN;
  const list = (name: string): readonly string[] =>
    Array.isArray(said[name]) ? said[name].filter((one): one is string => typeof one === 'string') : [];
  switch (word as ActWord) {
    case 'certification': {
      const certification: Certification = {
        state: text('state') as Certification['state'],
        number: text('number') || null,
        rooms: list('rooms'),
        levels: list('levels'),
        seats: numberOrNull('seats'),
        until: momentOrNull('until'),
        note: text('note'),
      };
      return certify(organization, site, certification, by);
    }
    case 'decision': {
      const wish = {
        decision: text('decision') as Decision,
        reason: text('reason'),
        deadline: momentOrNull('deadline'),
      };
      return decide(organization, site, wish, by);
    }
    case 'rectification':
      return openRectification(organization, site, { title: text('title'), due: moment('due') }, by);
    case 'evaluation':
      return openEvaluation(organization, site, { from: moment('from'), to: moment('to'), due: moment('due') }, by);
    case 'close':
      return closeDuty(organization, site, { id: text('id'), outcome: text('outcome'), note: text('note') }, by);
    case 'waiver': {
      const wish = { rule: text('rule'), subject: text('subject') || '*', reason: text('reason') };
      return waive(organization, site, { ...wish, validUntil: moment('validUntil') }, by);
    }
    case 'waiver-withdrawn':
      return recall(organization, site, text('id'), by);
    case 'parameters':
      return setParameters(organization, site, said['parameters'], by);
    case 'pack': {
      const files = said['files'];
      if (typeof files !== 'object' || files === null || !Object.values(files).every((one) => typeof one === 'string'))
        throw wrong('files: { name: text }', 'files：{ 文件名: 内容 }');
      const wish = { id: text('id'), edition: text('edition'), effective: momentOrNull('effective') };
      return sendPack(organization, site, { ...wish, files: files as Record<string, string> }, by);
    }
    default:
      word satisfies string;
      throw wrong(`there is no act ${word}; known: ${ACTS.join(', ')}`, `没有 ${word}；可用的有 ${ACTS.join('、')}`);
  }
}
