import { useState } from 'preact/hooks';
import { OCCURRENCE_KINDS, type OccurrenceKind } from '../../../../people/kinds.ts';
import type { Session } from '../../../../sessions/session.ts';
import type { OccurrenceRow } from '../../../peopleApi.ts';
import { change, type Fault } from '../../ask.ts';
import { say, tell } from '../../language.ts';
import { heardAt, may, rooms, rows } from '../../live.ts';
import { when } from '../../names.ts';
import { roomNames } from '../../room.ts';
import { Field, FormFault, valuesOf } from '../../parts/form.tsx';
import { useAsked } from './asked.ts';
import { OCCURRENCE_WORD } from './named.ts';

/** 情况记录: what happened in a session. What was handed in stays; a correction is another one. */
export function OccurrencesPage({ session }: { readonly session: Session }) {
  const path = `sessions/${encodeURIComponent(session.id)}/occurrences`;
  const asked = useAsked<{ readonly occurrences: readonly OccurrenceRow[] }>(path);
  const [corrected, setCorrected] = useState<OccurrenceRow | null>(null);
  if (!asked.value) return <p class="empty">{asked.fault ? tell(asked.fault.message) : say('loading')}</p>;
  const { occurrences } = asked.value;
  const done = (): void => {
    setCorrected(null);
    void asked.again();
  };
  return (
    <>
      <h1>{say('tab_occurrences')}</h1>
      {may('record-occurrence') && (
        <OccurrenceForm
          key={`${corrected?.id ?? ''} ${occurrences.length}`}
          session={session}
          path={path}
          corrects={corrected}
          onDone={done}
          onCancel={() => setCorrected(null)}
        />
      )}
      {occurrences.length === 0 ? (
        <p class="empty">{say('occurrence_none')}</p>
      ) : (
        <Lines occurrences={occurrences} onCorrect={may('record-occurrence') ? setCorrected : null} />
      )}
    </>
  );
}

interface LinesProps {
  readonly occurrences: readonly OccurrenceRow[];
  readonly onCorrect: ((row: OccurrenceRow) => void) | null;
}

function Lines({ occurrences, onCorrect }: LinesProps) {
  return (
    <table class="people">
      <thead>
        <tr>
          <th scope="col">{say('when')}</th>
          <th scope="col">{say('occurrence_kind')}</th>
          <th scope="col">{say('room')}</th>
          <th scope="col">{say('occurrence_text')}</th>
          <th scope="col">{say('occurrence_by')}</th>
          {onCorrect && <th scope="col" />}
        </tr>
      </thead>
      <tbody>
        {occurrences.map((row) => (
          <tr key={row.id} class={row.correctedBy === null ? '' : 'is-gone'}>
            <td>{when(row.at)}</td>
            <td>{say(OCCURRENCE_WORD[row.kind])}</td>
            <td>{placeOf(row)}</td>
            <td>
              <Words row={row} />
            </td>
            <td>{say('statement_by', { name: row.by, time: when(row.recordedAt) })}</td>
            {onCorrect && (
              <td>
                {row.correctedBy === null && (
                  <button type="button" class="button quiet" onClick={() => onCorrect(row)}>
                    {say('occurrence_correct')}
                  </button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function placeOf({ room, seat }: Pick<OccurrenceRow, 'room' | 'seat'>): string {
  const places = [room ?? '', seat === null ? '' : say('seat_name', { seat })];
  return places.filter((place) => place !== '').join(' · ');
}

export function Words({ row }: { readonly row: OccurrenceRow }) {
  const { id, kind, expected, attended, corrects, correctedBy } = row;
  return (
    <>
      <span class="quiet-text">{id}</span>{' '}
      {kind === 'attendance' && say('occurrence_counts', { expected: expected ?? 0, attended: attended ?? 0 })}{' '}
      {row.erased ? say('statement_erased') : row.text}
      {corrects !== null && <span class="tag">{say('occurrence_correcting', { id: corrects })}</span>}
      {correctedBy !== null && <span class="tag">{say('occurrence_corrected', { id: correctedBy })}</span>}
    </>
  );
}

interface FormProps {
  readonly session: Session;
  readonly path: string;
  readonly corrects: OccurrenceRow | null;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function OccurrenceForm({ session, path, corrects, onDone, onCancel }: FormProps) {
  const [kind, setKind] = useState<OccurrenceKind>(corrects?.kind ?? 'violation');
  const [fault, setFault] = useState<Fault | null>(null);
  const named =
    session.rooms === 'all'
      ? roomNames(
          rows.value,
          rooms.value.map((row) => row.room),
        )
      : session.rooms;
  const isCount = kind === 'attendance';
  const send = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const text = (name: string): string | null => (values[name] ?? '').trim() || null;
    const count = (name: string): number | null => (isCount ? Number(values[name]) : null);
    const answer = await change('POST', path, {
      kind,
      at: new Date(values['at'] ?? '').getTime(),
      room: text('room'),
      seat: isCount ? null : text('seat'),
      text: text('text') ?? '',
      expected: count('expected'),
      attended: count('attended'),
      corrects: corrects?.id ?? null,
    });
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) onDone();
  };
  return (
    <form class="box" onSubmit={(event) => void send(valuesOf(event))}>
      <p>
        <strong>{corrects ? say('occurrence_correcting', { id: corrects.id }) : say('occurrence_new')}</strong>{' '}
        <span class="quiet-text">{say('occurrence_about')}</span>
      </p>
      <div class="row-form">
        <Field name="kind" label={say('occurrence_kind')}>
          <select id="kind" value={kind} onChange={(event) => setKind(event.currentTarget.value as OccurrenceKind)}>
            {OCCURRENCE_KINDS.map((one) => (
              <option key={one} value={one}>
                {say(OCCURRENCE_WORD[one])}
              </option>
            ))}
          </select>
        </Field>
        <Field name="at" label={say('occurrence_at')}>
          <input
            id="at"
            name="at"
            type="datetime-local"
            required
            defaultValue={localMinute(corrects?.at ?? heardAt.value ?? Date.now())}
          />
        </Field>
        <Field name="room" label={say('room')}>
          <select id="room" name="room" defaultValue={corrects?.room ?? named[0] ?? ''}>
            {named.map((name) => (
              <option key={name} value={name} selected={name === (corrects?.room ?? named[0])}>
                {name}
              </option>
            ))}
            <option value="">{say('any_room')}</option>
          </select>
        </Field>
        {isCount ? (
          <>
            <Count
              name="expected"
              label={say('occurrence_expected')}
              value={corrects?.expected ?? session.candidates}
            />
            <Count name="attended" label={say('occurrence_attended')} value={corrects?.attended ?? null} />
          </>
        ) : (
          <Field name="seat" label={say('seat')}>
            <input
              id="seat"
              name="seat"
              maxLength={16}
              size={6}
              defaultValue={corrects?.seat ?? ''}
              autocomplete="off"
            />
          </Field>
        )}
      </div>
      <Field name="text" label={say('occurrence_text')}>
        <textarea
          id="text"
          name="text"
          rows={2}
          maxLength={2000}
          required={!isCount}
          defaultValue={corrects?.text ?? ''}
        />
      </Field>
      <div class="row-form">
        <button type="submit" class="button main">
          {say('occurrence_send')}
        </button>
        {corrects && (
          <button type="button" class="button" onClick={onCancel}>
            {say('cancel')}
          </button>
        )}
        <FormFault fault={fault} />
      </div>
    </form>
  );
}

function Count({
  name,
  label,
  value,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: number | null;
}) {
  return (
    <Field name={name} label={label}>
      <input
        id={name}
        name={name}
        type="number"
        min={0}
        max={100000}
        required
        defaultValue={value === null ? '' : String(value)}
      />
    </Field>
  );
}

/** `2026-11-26T09:05`, in the browser's zone, as its field wants it. */
function localMinute(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
