import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bilingual } from '../../agent/probe.ts';
import { parseAddress } from '../../agent/address.ts';
import { openCertificates } from '../gateway/certificates.ts';
import { Trouble } from '../gateway/trouble.ts';
import { openOrganization, type Organization } from '../organization/organization.ts';
import { parseKey } from '../record/key.ts';
import { SITE_NAME } from '../settingsSchema.ts';
import { readAddresses } from '../site.ts';
import { pathFrom, say, WrongUse } from './options.ts';

/** What the verbs of `xunkao org` are given, and what they share. */
export interface OrgOptions {
  readonly file?: string | undefined;
  readonly data?: string;
  readonly store?: string;
  readonly pack?: string;
  readonly parameters?: string;
  readonly all?: boolean;
  readonly replace?: boolean;
  readonly listen?: string;
  readonly cert?: string;
  readonly 'key-file'?: string;
  readonly peer?: string;
  readonly 'token-file'?: string;
  readonly 'at-once'?: string;
  readonly site?: string;
  readonly url?: string;
  readonly name?: string;
  readonly province?: string;
  readonly key?: string;
  readonly days?: string;
  readonly trusted?: boolean;
  readonly to?: string;
  readonly role?: string;
  readonly reset?: boolean;
}

/** Opens, does it, closes. */
export async function withOrganization<T>(
  options: OrgOptions,
  work: (organization: Organization) => Promise<T>,
): Promise<T> {
  await mkdir(dataOf(options), { recursive: true, mode: 0o700 });
  const organization = await openOrganization(dataOf(options), storeOf(options), {
    replacesKey: options.replace === true,
  });
  try {
    return await work(organization);
  } finally {
    await organization.store.close();
  }
}

export function dataOf({ data }: OrgOptions): string {
  return pathFrom(data ?? 'organization');
}

export function storeOf(options: OrgOptions): string {
  const where = options.store ?? process.env['XUNKAO_STORE'] ?? join(dataOf(options), 'organization.db');
  return /^\w+:\/\//.test(where) ? where : pathFrom(where);
}

export function tell(words: Bilingual): void {
  process.stdout.write(`${say(words)}\n`);
}

export function certificatesOf(options: OrgOptions, listen: string) {
  const folder = join(dataOf(options), 'ca');
  return openCertificates({ folder, site: 'organization', addresses: readAddresses([listen]), now: Date.now() });
}

export function siteOf(site: string | undefined): string {
  if (site !== undefined && new RegExp(SITE_NAME).test(site)) return site;
  throw new WrongUse({
    zh: '--site 须是小写字母、数字和短横线，例如 nanjing-01',
    en: '--site takes lower-case letters, digits and dashes, such as nanjing-01',
  });
}

/** The key of this site. Throws where the line is another site's, or none. */
export function keyOf(text: string, site: string): string {
  const path = pathFrom(text);
  const parsed = parseKey(text) ?? (existsSync(path) ? parseKey(readFileSync(path, 'utf8')) : null);
  if (parsed && (parsed.site === null || parsed.site === site)) return parsed.publicKey;
  throw new WrongUse({
    zh: `--key 须是考点 ${site} 的 key.pub 文件或其中的一行（xunkao-site ${site} MCow…）${parsed ? `，不是 ${parsed.site} 的` : ''}`,
    en: `--key takes the file key.pub of the site ${site} or its line (xunkao-site ${site} MCow…)${parsed ? `, not that of ${parsed.site}` : ''}`,
  });
}

export function addressOf(name: string, text: string): { readonly host: string; readonly port: number } {
  const isAny = text.endsWith(':0');
  const address = parseAddress(isAny ? `${text.slice(0, -1)}1` : text);
  if (address) return { host: address.host, port: isAny ? 0 : address.port };
  throw new WrongUse({
    zh: `--${name} 须是 主机:端口，不能是 ${text}`,
    en: `--${name} takes HOST:PORT, not ${text}`,
  });
}

export function textOf(path: string): string {
  try {
    return readFileSync(pathFrom(path), 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new WrongUse({ zh: `读不了文件 ${path}：${message}`, en: `the file ${path} cannot be read: ${message}` });
  }
}

export function writeNew(to: string, text: string): void {
  try {
    writeFileSync(pathFrom(to), text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { message } = error as Error;
    throw new Trouble({ zh: `无法写入新文件 ${to}：${message}`, en: `cannot write the new file ${to}: ${message}` });
  }
}
