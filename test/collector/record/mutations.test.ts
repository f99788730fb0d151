import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createVerifier, type Verified } from '../../../collector/record/verify.ts';
import { MUTATIONS, type Mutation, type Original, type Random } from './mutations.ts';
import { exported, sealedSite } from './site.ts';

const SEED = 20_261_123;
const ROUNDS = 10_000;

/** A real export: signed at its start, in its midst and before its end, with a key that was rotated and words erased. */
async function lived(): Promise<Original & { readonly key: string }> {
  const site = await sealedSite();
  await site.seal.begin(null);
  await site.verdicts(9);
  await site.seal.head();
  await site.write('erasure', { what: 'person', id: '0017', by: 'a-1' });
  await site.verdicts(8);
  await site.seal.rotate('a-1');
  await site.verdicts(6);
  await site.seal.head();
  await site.write('settings', { changed: { site: 'nanjing-01' } });
  const bytes = Buffer.from(await exported(site));
  await site.history.close();
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const lines = linesOf(bytes);
  const other = { privateKey, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url') };
  return { bytes, lines, count: lines.length - 2, other, key: site.seal.key().publicKey };
}

function verify(bytes: Buffer, key: string): Verified {
  const verifier = createVerifier({ key });
  for (const line of linesOf(bytes)) verifier.line(line);
  return verifier.end();
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from);
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end + 1));
    from = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** One that changes something. */
function mutated(name: string, original: Original, random: Random): Mutation {
  for (;;) {
    const mutation = MUTATIONS[name]!(original, random);
    if (!mutation.bytes.equals(original.bytes)) return mutation;
  }
}

test('ten thousand random changes of a real record are each named, with the first entry that they touch; none is found where none is', async () => {
  const original = await lived();
  const { key } = original;
  expect(verify(original.bytes, key)).toMatchObject({ finding: null, entries: original.count, heads: 3 });
  const random = randomOf(SEED);
  const names = Object.keys(MUTATIONS);
  const counts = new Map<string, number>();
  const wrong: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const kind = names[round % names.length]!;
    const { name, bytes, whats, ns } = mutated(kind, original, random);
    const { finding } = verify(bytes, key);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const isNamed = finding !== null && whats.includes(finding.what) && ns.includes(finding.n);
    const isSaid = finding !== null && finding.words.en !== '' && /\p{Script=Han}/u.test(finding.words.zh);
    if (!isNamed || !isSaid)
      wrong.push(`${round} ${name}: ${JSON.stringify(finding)}, not ${whats.join('/')} ${ns.join('/')}`);
  }
  expect(wrong.slice(0, 20), `seed ${SEED}, ${wrong.length} in all`).toEqual([]);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(ROUNDS);
  expect(Math.min(...counts.values())).toBeGreaterThan(1_400);
  expect(verify(original.bytes, key).finding).toBeNull();
}, 240_000);
