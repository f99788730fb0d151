import type { Bilingual } from '../../agent/probe.ts';

/** Why the organization's server does not do what was asked, in words. */
export class OrganizationRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly words: Bilingual;

  constructor(status: number, code: string, words: Bilingual) {
    super(words.en);
    this.status = status;
    this.code = code;
    this.words = words;
  }
}

/** What is answered to whatever went wrong; what we did not foresee is for the log alone. */
export function toldOf(error: unknown): Pick<OrganizationRefusal, 'status' | 'code' | 'words'> {
  if (error instanceof OrganizationRefusal) return error;
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode >= 400 && statusCode < 500)
    return {
      status: statusCode,
      code: 'wrong',
      words: { zh: `请求有误：${message}`, en: `wrong request: ${message}` },
    };
  return {
    status: 503,
    code: 'failed',
    words: { zh: '机构服务器内部错误，已写入日志', en: 'something failed here; it is in the log' },
  };
}
