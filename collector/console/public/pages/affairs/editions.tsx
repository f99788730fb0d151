import { useState } from 'preact/hooks';
import type { EditionRow, EditionState } from '../../../../organization/site/editions.ts';
import { addressOf } from '../../address.ts';
import { change, type Fault } from '../../ask.ts';
import { say, tell } from '../../language.ts';
import { may } from '../../live.ts';
import { when } from '../../names.ts';
import { FormFault } from '../../parts/form.tsx';
import type { Word } from '../../words.ts';

interface EditionsProps {
  readonly rows: readonly EditionRow[];
  readonly onDone: () => void;
}

/** Editions of the standard that the organization signed: which is in force, which comes when, and what has to be confirmed. */
export function Editions({ rows, onDone }: EditionsProps) {
  const [fault, setFault] = useState<Fault | null>(null);
  if (rows.length === 0) return null;
  const confirm = async (n: number): Promise<void> => {
    const answer = await change('POST', `organization/editions/${n}/confirm`, {});
    setFault(answer.ok ? null : answer.fault);
    onDone();
  };
  return (
    <>
      <h2>{say('editions_title')}</h2>
      <FormFault fault={fault} />
      <ul>
        {rows.map((row) => (
          <li key={row.n}>
            <strong>
              {row.id} {row.edition}
            </strong>{' '}
            {stateOf(row)} {row.why && tell(row.why)}
            {row.tried && (
              <>
                {' '}
                <a href={addressOf({ page: 'trial' })}>{say('edition_tried')}</a>
              </>
            )}
            {row.state === 'waiting' && may('confirm-edition') && (
              <>
                {' '}
                <button type="button" class="button" onClick={() => void confirm(row.n)}>
                  {say('edition_confirm')}
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

const WORD: Readonly<Record<EditionState, Word>> = {
  'in-force': 'edition_in_force',
  'next-start': 'edition_next_start',
  dated: 'edition_dated',
  waiting: 'edition_waiting',
  replaced: 'edition_replaced',
  other: 'edition_other',
  unusable: 'edition_unusable',
};

function stateOf({ id, edition, state, from }: EditionRow): string {
  return say(WORD[state], { time: from === null ? '' : when(from), name: `${id}-${edition}` });
}
