import { isSigned, keyIdOf, keyLine } from '../record/key.ts';
import { headText } from '../record/head.ts';
import type { Reading } from '../history/reading.ts';
import { fixed, heading, paragraph, type Block } from './document.ts';
import type { Voice } from './voice.ts';

/** Where the record stood when the report was made, who signed it, and how anybody checks that. */
export function* proofOf(reading: Reading, voice: Voice): Generator<Block> {
  const { say, time } = voice;
  const { head, site } = reading;
  const signed = reading.newest({ kinds: ['head'] });
  const cosigned = reading.newest({ kinds: ['cosigned'] });
  const key = typeof signed?.body['key'] === 'string' ? signed.body['key'] : null;
  yield heading(say('proof'));
  yield paragraph(say('proof_about', { n: head.n }));
  yield {
    kind: 'facts',
    facts: [
      { label: say('proof_entry'), value: say('nth_entry', { n: head.n }) },
      { label: say('proof_hash'), value: head.hash, fixed: true },
      ...(signed && key !== null
        ? [
            {
              label: say('proof_signed'),
              value: say('proof_signed_at', { n: Number(signed.body['n']), time: time(Number(signed.body['at'])) }),
            },
            { label: say('proof_signed_hash'), value: String(signed.body['hash']), fixed: true },
            { label: say('proof_signature'), value: signatureWord(site ?? '', signed.body, key, voice) },
            { label: say('proof_key'), value: keyIdOf(key), fixed: true },
            { label: say('proof_key_line'), value: keyLine(site ?? '', key), fixed: true },
          ]
        : [{ label: say('proof_signed'), value: say('proof_unsigned') }]),
      {
        label: say('proof_cosigned'),
        value: cosigned
          ? say('proof_cosigned_to', { n: Number(cosigned.body['n']), time: time(cosigned.at) })
          : say('proof_not_cosigned'),
      },
    ],
  };
  yield paragraph(say('proof_how'));
  yield {
    kind: 'table',
    title: '',
    columns: [
      { title: say('proof_step'), share: 34 },
      { title: say('proof_command'), share: 66 },
    ],
    rows: [
      [{ text: say('proof_export') }, fixed('xunkao record export --to record.jsonl')],
      [{ text: say('proof_verify') }, fixed('xunkao verify record.jsonl --key key.pub')],
    ],
    none: '',
  };
  yield paragraph(say('proof_limits'), 'muted');
}

function signatureWord(site: string, body: Readonly<Record<string, unknown>>, key: string, { say }: Voice): string {
  const head = { site, n: Number(body['n']), hash: String(body['hash']), at: Number(body['at']) };
  return isSigned(headText(head), body['signature'], key) ? say('proof_signature_good') : say('proof_signature_bad');
}

/** At the foot of every page. */
export function footOf(reading: Reading, { say, time }: Voice, now: number): string {
  const { n, hash } = reading.head;
  return say('foot', { site: reading.site ?? '—', time: time(now), n, hash: hash.slice(0, 16) });
}
