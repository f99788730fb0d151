import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownAddresses } from './gateway/addresses.ts';
import { Trouble } from './gateway/trouble.ts';

export const VERSION = (
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }
).version;

/** The name is part of every entry, ticket and certificate, so the first start decides it for good. */
export function siteOf(data: string, wanted: string | null): string {
  const file = join(data, 'site');
  if (!existsSync(file)) {
    const site = wanted ?? 'site';
    writeFileSync(file, `${site}\n`, { mode: 0o600, flag: 'wx' });
    return site;
  }
  const site = readFileSync(file, 'utf8').trim();
  if (wanted !== null && wanted !== site) {
    throw new Trouble({
      zh: `${data} 属于考点 ${site}，不是 ${wanted}。去掉 site 设置，或用 --data 另选目录`,
      en: `${data} belongs to the site ${site}, not ${wanted}; leave the name out, or choose another directory with --data`,
    });
  }
  return site;
}

/** The addresses that the certificate has to speak for: those listened on, or all of this computer's for 0.0.0.0 and [::]. */
export function readAddresses(listen: readonly string[]): readonly string[] {
  const hosts = listen.map((text) => text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, ''));
  return hosts.some((host) => host === '0.0.0.0' || host === '::')
    ? [...new Set([...hosts.filter((host) => host !== '0.0.0.0' && host !== '::'), ...ownAddresses()])]
    : hosts;
}
