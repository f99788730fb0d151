import { createHash, randomBytes } from 'node:crypto';

/**
 * HTTP authentication as RTSP, ONVIF and recorders' own interfaces use it: Digest with MD5 or SHA-256 (RFC 7616, and RFC
 * 2069 where there is no qop) and Basic. Pure but for the random cnonce.
 */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Gives the value of `Authorization` for each request in turn. */
export type Authorization = (method: string, uri: string) => string;

export type AuthScheme = 'digest-sha-256' | 'digest-md5' | 'basic';

/** OpenSSL's names; in the order of preference. */
const HASHES: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

/**
 * Answers a 401. Null when none of the challenges is one that can be answered.
 * @param challenges the values of `WWW-Authenticate`, each with one challenge or several
 */
export function answerChallenge(
  challenges: readonly string[],
  { user, password }: Credentials,
): { readonly scheme: AuthScheme; readonly authorize: Authorization } | null {
  const offered = challenges.flatMap(splitChallenges).map(parseChallenge);
  for (const [algorithm, hash] of Object.entries(HASHES)) {
    const found = offered.find((each) => isUsable(each, algorithm));
    if (!found) continue;
    const scheme = algorithm === 'MD5' ? 'digest-md5' : 'digest-sha-256';
    return { scheme, authorize: digest(found.parameters, hash, { user, password }) };
  }
  if (!offered.some(({ scheme }) => scheme === 'basic')) return null;
  const value = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { scheme: 'basic', authorize: () => value };
}

interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function isUsable({ scheme, parameters }: Challenge, algorithm: string): boolean {
  const { algorithm: said = 'MD5', qop, nonce } = parameters;
  return (
    scheme === 'digest' &&
    nonce !== undefined &&
    said.toUpperCase().replace(/-SESS$/, '') === algorithm &&
    (qop === undefined || qopsOf(qop).includes('auth'))
  );
}

function digest(challenge: Challenge['parameters'], hash: string, { user, password }: Credentials): Authorization {
  const { realm = '', nonce = '', opaque, algorithm, qop } = challenge;
  const of = (...words: readonly string[]): string => createHash(hash).update(words.join(':')).digest('hex');
  let count = 0;
  return (method, uri) => {
    const cnonce = randomBytes(8).toString('hex');
    const nc = (++count).toString(16).padStart(8, '0');
    const plain = of(user, realm, password);
    const secret = /-sess$/i.test(algorithm ?? '') ? of(plain, nonce, cnonce) : plain;
    const act = of(method, uri);
    const fields = [
      `username="${quoted(user)}"`,
      `realm="${quoted(realm)}"`,
      `nonce="${quoted(nonce)}"`,
      `uri="${quoted(uri)}"`,
      `response="${qop === undefined ? of(secret, nonce, act) : of(secret, nonce, nc, cnonce, 'auth', act)}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
      ...(qop === undefined ? [] : ['qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`]),
    ];
    return `Digest ${fields.join(', ')}`;
  };
}

/** `Digest a="b, c", d=e, Basic realm="f"` holds two; a new one begins with a word that no `=` follows. */
function splitChallenges(header: string): string[] {
  const starts: number[] = [];
  const scheme = /(?:^|,)\s*([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*$|\s*,)/g;
  // What stands inside quotes begins nothing.
  const bare = header.replace(/"(?:[^"\\]|\\.)*"/g, (text) => `"${'_'.repeat(Math.max(0, text.length - 2))}"`);
  for (let match = scheme.exec(bare); match; match = scheme.exec(bare)) starts.push(match.index);
  return starts.map((start, index) => header.slice(start, starts[index + 1]).replace(/^[\s,]+/, ''));
}

function parseChallenge(text: string): Challenge {
  const parameters: Record<string, string> = {};
  const pair = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))/g;
  for (let match = pair.exec(text); match; match = pair.exec(text)) {
    const [, name = '', inQuotes, plain = ''] = match;
    parameters[name.toLowerCase()] = inQuotes === undefined ? plain : inQuotes.replace(/\\(.)/g, '$1');
  }
  return { scheme: (/^[\w-]+/.exec(text)?.[0] ?? '').toLowerCase(), parameters };
}

function qopsOf(qop: string): readonly string[] {
  return qop.split(',').map((word) => word.trim().toLowerCase());
}

/** Control characters could begin a header of their own. */
function quoted(text: string): string {
  return text.replace(/\p{Cc}/gu, '').replace(/["\\]/g, '\\$&');
}
