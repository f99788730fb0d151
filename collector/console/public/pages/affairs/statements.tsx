import { useRef, useState } from 'preact/hooks';
import type { EvidenceFile } from '../../../../statements/files.ts';
import type { DueRow, StatementRow } from '../../../peopleApi.ts';
import { change, type Fault } from '../../ask.ts';
import { sendFile } from '../../send.ts';
import { say, tell } from '../../language.ts';
import { heardAt, may, rows } from '../../live.ts';
import { deviceName, machineName, STATE_WORD, when } from '../../names.ts';
import { Field, FormFault, valuesOf } from '../../parts/form.tsx';
import { Mark, readinessOf } from '../../parts/mark.tsx';
import { SureButton } from '../../parts/sure.tsx';
import { useAsked } from './asked.ts';

/** 人工确认: what a person has to state, one form each, and what was stated. */
export function StatementsPage() {
  const due = useAsked<{ readonly due: readonly DueRow[] }>('statements/due');
  const said = useAsked<{ readonly statements: readonly StatementRow[] }>('statements');
  const [open, setOpen] = useState<string | null>(null);
  if (!due.value) return <p class="empty">{due.fault ? tell(due.fault.message) : say('loading')}</p>;
  const again = (): void => {
    setOpen(null);
    void due.again();
    void said.again();
  };
  const waiting = due.value.due.filter(({ validUntil }) => validUntil === null).length;
  return (
    <>
      <h1>
        {say('tab_statements')} <span class="count">{waiting > 0 ? say('due_count', { n: waiting }) : ''}</span>
      </h1>
      {due.value.due.length === 0 && <p class="empty">{say('due_none')}</p>}
      <ul class="due">
        {due.value.due.map((row) => {
          const key = `${row.rule} ${row.subject}`;
          return (
            <Due
              key={key}
              row={row}
              isOpen={open === key}
              toggle={() => setOpen(open === key ? null : key)}
              onDone={again}
            />
          );
        })}
      </ul>
      {may('waive') && <WaiverForm onDone={again} />}
      <Said rows={said.value?.statements ?? []} onDone={again} />
    </>
  );
}

/** `考场 A · 座位 17`, `考场 A · PC-0815`, `考点`, `UPS 电源 ups-1` */
export function subjectName({ subject, room, seat }: Pick<DueRow, 'subject' | 'room' | 'seat'>): string {
  if (subject === '*') return '*';
  if (subject === 'site') return say('subject_site');
  const where = room === null ? '' : say('room_name', { room });
  if (subject.startsWith('room:')) return where;
  const machine = rows.value.machines.get(subject);
  const device = rows.value.devices.get(subject);
  const named = machine ? machineName(machine) : device ? deviceName(device) : subject;
  const what = seat === null ? named : say('seat_name', { seat });
  return where === '' ? what : `${where} · ${what}`;
}

interface DueProps {
  readonly row: DueRow;
  readonly isOpen: boolean;
  readonly toggle: () => void;
  readonly onDone: () => void;
}

function Due({ row, isOpen, toggle, onDone }: DueProps) {
  const { validUntil } = row;
  const isStated = validUntil !== null;
  return (
    <li class="box">
      <div class="due-head">
        {row.state !== 'not-due' && <Mark of={readinessOf(row.state)} />}
        <span class="due-title">
          <strong>{tell(row.title)}</strong> {subjectName(row)}
          <span class="clause" lang="zh-CN">
            {row.clause}
          </span>
          {row.severity === 'recommended' && <span class="tag">{say('recommended')}</span>}
        </span>
        <span class="due-state">
          {validUntil !== null ? say('dossier_valid_until', { time: when(validUntil) }) : say(STATE_WORD[row.state])}
        </span>
        {may('attest') && (
          <button
            type="button"
            class={isStated || isOpen ? 'button' : 'button main'}
            aria-expanded={isOpen}
            onClick={toggle}
          >
            {say(isOpen ? 'cancel' : isStated ? 'state_again' : 'state_it')}
          </button>
        )}
      </div>
      {isOpen && <AttestForm row={row} onDone={onDone} />}
    </li>
  );
}

const DAY_MS = 86_400_000;

function AttestForm({ row, onDone }: { readonly row: DueRow; readonly onDone: () => void }) {
  const files = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const now = heardAt.value ?? Date.now();
  const send = async (values: Readonly<Record<string, string>>): Promise<void> => {
    setBusy(true);
    const sent = await sendAll([...(files.current?.files ?? [])]);
    const answer =
      'fault' in sent
        ? { ok: false as const, fault: sent.fault }
        : await change('POST', 'attestations', {
            rule: row.rule,
            subject: row.subject,
            text: (values['text'] ?? '').trim(),
            files: sent.hashes,
            items: row.items.map((_, index) => index).filter((index) => values[`item-${index}`] !== undefined),
            validUntil: endOf(values['until'] ?? '', now + row.mostMs),
          });
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) onDone();
  };
  return (
    <form class="attest" onSubmit={(event) => void send(valuesOf(event))}>
      <p lang="zh-CN">{row.text.zh}</p>
      <p class="quiet-text">{tell(row.advice)}</p>
      {row.items.length > 0 && (
        <fieldset class="checks">
          <legend>{say('statement_items')}</legend>
          {row.items.map((item, index) => (
            <label key={index} class="check">
              <input type="checkbox" name={`item-${index}`} required /> {tell(item)}
            </label>
          ))}
        </fieldset>
      )}
      <Field name="text" label={say('statement_text')}>
        <textarea id="text" name="text" rows={3} maxLength={2000} required />
      </Field>
      <div class="row-form hinted">
        <Field
          name="photos"
          label={say('statement_photo')}
          {...(row.photo ? { hint: say('statement_photo_needed') } : {})}
        >
          <input
            id="photos"
            ref={files}
            type="file"
            multiple
            required={row.photo}
            accept=".jpg,.jpeg,.png,.webp,.pdf,image/jpeg,image/png,image/webp,application/pdf"
          />
        </Field>
        <Field name="until" label={say('statement_until')}>
          <input
            id="until"
            name="until"
            type="date"
            required
            min={dayOf(now + DAY_MS)}
            max={dayOf(now + row.mostMs)}
            defaultValue={dayOf(now + row.usualMs)}
          />
        </Field>
        <button type="submit" class="button main" disabled={busy}>
          {say(busy ? 'statement_sending' : 'statement_send')}
        </button>
      </div>
      <FormFault fault={fault} />
    </form>
  );
}

/** One after the other; what the collector refuses stops it. */
async function sendAll(
  files: readonly File[],
): Promise<{ readonly hashes: readonly string[] } | { readonly fault: Fault }> {
  const hashes: string[] = [];
  for (const file of files) {
    const answer = await sendFile<EvidenceFile>('files', file, 'application/octet-stream');
    if (!answer.ok) return { fault: answer.fault };
    hashes.push(answer.value.sha256);
  }
  return { hashes };
}

/** In the browser's zone. */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The end of that day, and no later than it may be. */
function endOf(day: string, latest: number): number {
  return Math.min(new Date(`${day}T23:59:59`).getTime(), latest);
}

function WaiverForm({ onDone }: { readonly onDone: () => void }) {
  const [fault, setFault] = useState<Fault | null>(null);
  const now = heardAt.value ?? Date.now();
  const send = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const answer = await change('POST', 'waivers', {
      rule: (values['waived-rule'] ?? '').trim(),
      subject: (values['waived-subject'] ?? '').trim(),
      text: (values['reason'] ?? '').trim(),
      files: [],
      validUntil: endOf(values['waived-until'] ?? '', Infinity),
    });
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) onDone();
  };
  return (
    <details class="box">
      <summary>{say('waive_title')}</summary>
      <p class="quiet-text">{say('waive_about')}</p>
      <form class="row-form" onSubmit={(event) => void send(valuesOf(event))}>
        <Field name="waived-rule" label={say('waive_rule')}>
          <input id="waived-rule" name="waived-rule" required maxLength={100} size={18} autocomplete="off" />
        </Field>
        <Field name="waived-subject" label={say('waive_subject')}>
          <input id="waived-subject" name="waived-subject" required maxLength={200} size={14} defaultValue="*" />
        </Field>
        <Field name="reason" label={say('waive_reason')}>
          <input id="reason" name="reason" required maxLength={2000} size={30} autocomplete="off" />
        </Field>
        <Field name="waived-until" label={say('statement_until')}>
          <input id="waived-until" name="waived-until" type="date" required min={dayOf(now)} />
        </Field>
        <button type="submit" class="button">
          {say('waive_title')}
        </button>
        <FormFault fault={fault} />
      </form>
    </details>
  );
}

function Said({ rows, onDone }: { readonly rows: readonly StatementRow[]; readonly onDone: () => void }) {
  const [fault, setFault] = useState<Fault | null>(null);
  if (rows.length === 0) return null;
  const withdraw = async (id: string): Promise<void> => {
    const answer = await change('POST', `statements/${encodeURIComponent(id)}/withdraw`, {});
    setFault(answer.ok ? null : answer.fault);
    onDone();
  };
  return (
    <section class="verdicts">
      <h2>{say('statement_list')}</h2>
      <FormFault fault={fault} />
      <table>
        <thead>
          <tr>
            <th scope="col">{say('rule')}</th>
            <th scope="col">{say('statement_text')}</th>
            <th scope="col">{say('files_word')}</th>
            <th scope="col">{say('statement_until')}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} class={row.counts ? '' : 'is-gone'}>
              <th scope="row">
                <span class="rule-title">{row.title ? tell(row.title) : row.rule}</span> {subjectName(row)}
                <p>
                  {say(row.kind === 'waived' ? 'waived' : 'attested')}
                  {row.kind === 'waived' && (
                    <span class="tag">
                      {say(row.enteredAt === 'organization' ? 'entered_by_organization' : 'entered_at_site')}
                    </span>
                  )}
                </p>
              </th>
              <td>
                {row.erasedAt === null ? row.text : say('statement_erased')}
                <p class="quiet-text">{say('statement_by', { name: row.by, time: when(row.at) })}</p>
                {row.doubt && (
                  <p class="form-fault" role="alert">
                    {tell(row.doubt)}
                  </p>
                )}
              </td>
              <td>
                <FileLinks files={row.files} />
              </td>
              <td>{row.doubt ? '' : row.withdrawn ? say('statement_withdrawn') : endWord(row)}</td>
              <td>
                {row.counts && row.enteredAt === 'site' && may(row.kind === 'waived' ? 'waive' : 'attest') && (
                  <SureButton label={say('statement_withdraw')} onSure={() => void withdraw(row.id)} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function endWord({ counts, validUntil }: StatementRow): string {
  return counts ? when(validUntil) : say('statement_over');
}

/** Saved, never shown: what somebody sent is not put into this page. */
function FileLinks({ files }: { readonly files: readonly EvidenceFile[] }) {
  return (
    <>
      {files.map(({ sha256, type, erasedAt }) => (
        <p key={sha256}>
          {erasedAt === null ? (
            <a href={`/api/v1/files/${sha256}`} download>
              {type.replace(/^.*\//, '').toUpperCase()} {sha256.slice(0, 8)}
            </a>
          ) : (
            `${sha256.slice(0, 8)} ${say('file_erased')}`
          )}
        </p>
      ))}
    </>
  );
}
