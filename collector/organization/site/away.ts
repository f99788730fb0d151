import type { Bilingual } from '../../../agent/probe.ts';

/** The organization did not do what was asked. `away`: nobody answered, or it is busy; `refused`: it answered no. */
export class OrganizationAway extends Error {
  readonly why: 'away' | 'refused';
  /** The word of its refusal: `not-enrolled`, `key`, `clock` … */
  readonly code: string;
  readonly words: Bilingual;

  constructor(why: OrganizationAway['why'], code: string, words: Bilingual) {
    super(words.en);
    this.why = why;
    this.code = code;
    this.words = words;
  }
}

/** Why a request was ended here, in words. */
export class Ended extends Error {
  readonly words: Bilingual;

  constructor(words: Bilingual) {
    super(words.en);
    this.words = words;
  }
}

const REFUSED: Bilingual = { zh: '连接被拒绝', en: 'the connection was refused' };
const NO_NAME: Bilingual = { zh: '找不到这个主机名', en: 'its name is not found' };
const NO_ROUTE: Bilingual = { zh: '没有通往它的路由', en: 'there is no route to it' };
const CUT: Bilingual = { zh: '连接被断开', en: 'the connection was cut' };
const SLOW: Bilingual = { zh: '连接超时', en: 'the connection took too long' };
const OTHER_CA: Bilingual = {
  zh: '它的证书不是凭证或系统所信任的机构签发的',
  en: 'its certificate is by none that the ticket or this system trusts',
};

/** By the codes of Node.js and OpenSSL. */
const WORDS: Readonly<Record<string, Bilingual>> = {
  ECONNREFUSED: REFUSED,
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ECONNRESET: CUT,
  EPIPE: CUT,
  ETIMEDOUT: SLOW,
  SELF_SIGNED_CERT_IN_CHAIN: OTHER_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: OTHER_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: OTHER_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: OTHER_CA,
  CERT_SIGNATURE_FAILURE: OTHER_CA,
  CERT_HAS_EXPIRED: { zh: '它的证书已过期', en: 'its certificate has ended' },
  CERT_NOT_YET_VALID: { zh: '它的证书还没有生效；请对时', en: 'its certificate is not valid yet; set the clock' },
  ERR_TLS_CERT_ALTNAME_INVALID: { zh: '它的证书属于别的名字', en: 'its certificate is for another name' },
};

/** Never the system's English within the Chinese words: there its code stands, to be looked up. */
export function reasonOf(error: Error & { readonly code?: unknown }): Bilingual {
  if (error instanceof Ended) return error.words;
  const code = typeof error.code === 'string' ? error.code : error.name;
  const known = WORDS[code];
  if (known) return { zh: `${known.zh}（${code}）`, en: `${known.en} (${code})` };
  return { zh: `网络出错（${code}）`, en: `${error.message} (${code})` };
}
