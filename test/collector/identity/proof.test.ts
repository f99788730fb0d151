import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeKey } from '../../../agent/key.ts';
import { proofText } from '../../../agent/messages.ts';
import { keyIdOf, proves, type Claim } from '../../../collector/identity/proof.ts';

const claim: Claim = { kind: 'hello', site: 'demo', nonce: 'n'.repeat(43), stream: 's'.repeat(22) };
const textOf = ({ kind, site, nonce, stream }: Claim): string => proofText(kind, site, nonce, stream);

describe("an agent's signature", () => {
  it('proves its key for one kind of message, site, nonce and process', () => {
    const key = makeKey();
    const signature = key.sign(textOf(claim));
    expect(proves(key.key, signature, claim)).toBe(true);
    for (const other of [{ kind: 'enrol' }, { site: 'x' }, { nonce: 'x' }, { stream: 'x' }] as const) {
      expect(proves(key.key, signature, { ...claim, ...other })).toBe(false);
    }
    expect(proves(makeKey().key, signature, claim)).toBe(false);
  });

  it('proves nothing with a key or signature that is none', () => {
    const key = makeKey();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' });
    for (const bad of ['', 'x', '%%%', key.key.slice(4), rsa.toString('base64url')]) {
      expect(proves(bad, key.sign(textOf(claim)), claim)).toBe(false);
    }
    for (const bad of ['', 'x', 'A'.repeat(86)]) expect(proves(key.key, bad, claim)).toBe(false);
  });

  it('belongs to the same key id as the agent says', () => {
    const key = makeKey();
    expect(keyIdOf(key.key)).toBe(key.id);
  });
});
