import { outsideOf, type Certification } from '../../../../organization/certification.ts';
import { parameterTexts } from '../../../../organization/parameters.ts';
import type { OrganizationDocument } from '../../../../organization/document.ts';
import type { Session } from '../../../../sessions/session.ts';
import type { OrganizationAnswer } from '../../../organizationApi.ts';
import { say, tell } from '../../language.ts';
import { heardAt } from '../../live.ts';
import { when } from '../../names.ts';
import type { Word } from '../../words.ts';
import { useAsked } from './asked.ts';
import { Editions } from './editions.tsx';

/** 机构: how far the record has arrived there, and everything that the organization has signed for this site. */
export function OrganizationPage() {
  const asked = useAsked<OrganizationAnswer>('organization');
  if (!asked.value) return <p class="empty">{asked.fault ? tell(asked.fault.message) : say('loading')}</p>;
  const { organization, editions, missing, documents, rules } = asked.value;
  if (!organization) return <p class="empty">{say('organization_none')}</p>;
  const { url, sentTo: sent, cosignedTo: cosigned, head, answeredAt, awaySince, said } = organization;
  return (
    <>
      <h1>{say('tab_organization')}</h1>
      <ul>
        <li>{url}</li>
        <li>{say('organization_sent', { head, sent, cosigned })}</li>
        {answeredAt !== null && (
          <li>
            {say('organization_answered')} {when(answeredAt)}
          </li>
        )}
        {awaySince !== null && <li>{say('organization_away', { time: when(awaySince) })}</li>}
        {said && <li>{tell(said)}</li>}
      </ul>
      {missing.length > 0 && (
        <p class="form-fault" role="alert">
          {say('organization_missing', { numbers: missing.join(say('list_comma')) })}
        </p>
      )}
      <Outside documents={documents} />
      <Editions rows={editions} onDone={() => void asked.again()} />
      <h2>{say('organization_documents')}</h2>
      <p class="quiet-text">{say('organization_about')}</p>
      {documents.length === 0 ? (
        <p class="empty">{say('organization_no_documents')}</p>
      ) : (
        <Documents documents={documents} rules={rules} />
      )}
    </>
  );
}

/** Exams to come that the certification does not cover; nothing while the organization has certified nothing. */
function Outside({ documents }: { readonly documents: readonly OrganizationDocument[] }) {
  const asked = useAsked<{ readonly sessions: readonly Session[] }>('sessions');
  // Newest first; a decision to stop comes as a certification of that state in the organization's own words.
  const newest = documents.find(({ kind }) => kind === 'certification');
  const stopped = documents.find(({ n, body }) => n > (newest?.n ?? 0) && STOPS.includes(String(body['decision'])));
  if (!newest || !asked.value) return null;
  const body = newest.body as unknown as Certification;
  const certification: Certification = stopped ? { ...body, state: 'suspended' } : body;
  const now = heardAt.value ?? Date.now();
  const rows = asked.value.sessions
    .filter(({ startsAt, cancelledAt }) => startsAt > now && cancelledAt === undefined)
    .map((session) => ({
      session,
      why: outsideOf({ ...session, level: session.level ?? null }, certification),
    }))
    .filter(({ why }) => why.length > 0);
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{say('organization_outside')}</h2>
      <ul>
        {rows.map(({ session, why }) => (
          <li key={session.id}>
            {tell(session.title)} {when(session.startsAt)}
            {say('colon')}
            {why.map(whyWord).join(say('list_semicolon'))}
          </li>
        ))}
      </ul>
    </>
  );
}

const STOPS = ['suspension', 'withdrawal'];

function whyWord(code: string): string {
  const [word = '', ...what] = code.split(' ');
  return say(`outside_${word}` as Word, { what: what.join(' ') });
}

function Documents({ documents, rules }: Pick<OrganizationAnswer, 'documents' | 'rules'>) {
  return (
    <table class="people">
      <thead>
        <tr>
          <th scope="col">{say('organization_number')}</th>
          <th scope="col">{say('when')}</th>
          <th scope="col">{say('organization_kind')}</th>
          <th scope="col">{say('organization_content')}</th>
        </tr>
      </thead>
      <tbody>
        {documents.map((document) => (
          <tr key={document.n}>
            <th scope="row">{document.n}</th>
            <td>{when(document.at)}</td>
            <td>{say(`document_${document.kind}`)}</td>
            <td>{contentOf(document, rules).join(' · ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The parts of a document that a person has to know, in words; what has none stands as the organization wrote it. */
function contentOf({ kind, body }: OrganizationDocument, rules: OrganizationAnswer['rules']): readonly string[] {
  const texts: string[] = [];
  const ruleName = (rule: string): string => (rules[rule] ? tell(rules[rule]) : rule);
  const put = (name: string, words: (value: string) => string = (value) => value): void => {
    const value = body[name];
    if (typeof value === 'string' && value !== '') texts.push(words(value));
    if (typeof value === 'number') texts.push(words(String(value)));
  };
  const time = (word: Word) => (value: string) => say(word, { time: when(Number(value)) });
  put('decision', (value) => say(`decision_${value}` as Word));
  put('state', (value) => say(`state_${value}` as Word));
  put('rule', ruleName);
  put('subject', (value) => (value === '*' ? '' : value));
  put('title');
  put('reason');
  put('note');
  put('outcome');
  put('number', (number) => say('organization_number_of', { number }));
  for (const [name, word] of [
    ['rooms', 'organization_rooms'],
    ['levels', 'organization_levels'],
  ] as const) {
    const list = body[name];
    if (Array.isArray(list) && list.length > 0) texts.push(say(word, { [name]: list.join(say('list_comma')) }));
  }
  put('seats', (n) => say('organization_seats', { n }));
  put('deadline', time('organization_due'));
  put('due', time('organization_due'));
  put('validUntil', time('organization_until'));
  put('until', time('organization_until'));
  // What `organization hand-in --duty` takes.
  if (kind === 'evaluation' || kind === 'rectification') put('id', (id) => say('organization_duty', { id }));
  put('duty', (id) => say('organization_duty', { id }));
  if (kind === 'pack') texts.push(`${String(body['id'])} ${String(body['edition'])}`);
  if (kind === 'parameters') {
    for (const { rule, values } of parameterTexts(body))
      texts.push(`${ruleName(rule)}${say('colon')}${values.join(say('list_comma'))}`);
    texts.push(say('organization_parameters_how'));
  }
  return texts.filter((text) => text !== '');
}
