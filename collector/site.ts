import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ownAddresses } from './gateway/addresses.ts';
import { Trouble } from './gateway/trouble.ts';
import { SITE_NAME } from './settingsSchema.ts';

export const VERSION = (
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }
).version;

/** The name is part of every entry, ticket and certificate, so the first start decides it for good. */
export function siteOf(data: string, wanted: string | null): string {
  const file = join(data, 'site');
  if (!existsSync(file)) {
    const site = wanted ?? 'site';
    keep(file, `${site}\n`);
    return site;
  }
  const site = readFileSync(file, 'utf8').trim();
  if (!new RegExp(SITE_NAME).test(site)) {
    throw new Trouble({
      zh: `${file} 里没有考点名称；请从备份中恢复这个文件`,
      en: `${file} holds no name of a site; put the one of the last backup in its place`,
    });
  }
  if (wanted !== null && wanted !== site) {
    throw new Trouble({
      zh: `${data} 属于考点 ${site}，不是 ${wanted}。去掉 site 设置，或用 --data 另选目录`,
      en: `${data} belongs to the site ${site}, not ${wanted}; leave the name out, or choose another directory with --data`,
    });
  }
  return site;
}

/** Whole or not at all, also on a full disk or when the power fails. */
function keep(file: string, text: string): void {
  const handle = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.new`, file);
}

/** The addresses that the certificate has to speak for: those listened on, or all of this computer's for 0.0.0.0 and [::]. */
export function readAddresses(listen: readonly string[]): readonly string[] {
  const hosts = listen.map((text) => text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, ''));
  return hosts.some((host) => host === '0.0.0.0' || host === '::')
    ? [...new Set([...hosts.filter((host) => host !== '0.0.0.0' && host !== '::'), ...ownAddresses()])]
    : hosts;
}

/** A ticket names no more, and a PC with bridges and tunnels has many. */
const MOST_REACHED = 8;

/**
 * `host:port` where agents and browsers find what listens on these: for 0.0.0.0 this PC itself first, which speaks plain
 * HTTP to itself, and then each of its IPv4 addresses.
 */
export function reachedAt(listening: readonly string[]): readonly string[] {
  const all = listening.flatMap((address) => {
    const port = /^(?:0\.0\.0\.0|\[::\]):(\d+)$/.exec(address)?.[1];
    if (port === undefined) return [address];
    return ['127.0.0.1', ...ownAddresses().filter((host) => host.includes('.'))].map((host) => `${host}:${port}`);
  });
  return [...new Set(all)].slice(0, MOST_REACHED);
}
