import { existsSync, readFileSync } from 'node:fs';
import type { Bilingual } from '../../agent/probe.ts';
import { parseKey } from '../record/key.ts';
import type { Mark } from '../record/keys.ts';
import { verifyFile } from '../record/verifyFile.ts';
import type { Verified } from '../record/verify.ts';
import type { Command } from './command.ts';
import { parse, pathFrom, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao verify 文件 --key 考点公钥 [--organization 机构公钥]

离线核对一份导出的记录：逐条检查哈希链、考点的签名和末尾的清单，指出第一处被改动、删去、插入、调换或截断的内容。
退出码：0 完好，1 有问题或读不了。

  --key 公钥            key.pub 文件，或其中的一行；要从考点之外得到它（例如登记考点时），否则什么也证明不了
  --organization 公钥   另外说明机构联署到了哪一条
`,
  en: `usage: xunkao verify FILE --key SITE [--organization KEY]

Checks an exported record offline: the chain of hashes, the site's signatures and the manifest at the end, and names the
first entry that was altered, removed, inserted, reordered or cut off. Exit codes: 0 sound, 1 not sound or not readable.

  --key SITE            the file key.pub, or its line. Have it from elsewhere than the site's file – from when the site
                        was registered – else nothing is proven
  --organization KEY    says also up to which entry the organization has signed
`,
};

export const command: Command = async (args) => {
  const options = parse(args, HELP, { key: { type: 'string' }, organization: { type: 'string' } }, 1);
  if (!options) return 0;
  const [file] = options.positionals;
  if (file === undefined || options.values.key === undefined) {
    throw new WrongUse({ zh: '须给出文件和 --key', en: 'name the file, and the key with --key' }, HELP);
  }
  const { publicKey: key, site } = readKey('key', options.values.key);
  const { organization: given } = options.values;
  const organization = given === undefined ? {} : { organization: readKey('organization', given).publicKey };
  const path = pathFrom(file);
  let verified: Verified;
  try {
    verified = await verifyFile(path, { key, ...organization });
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(
      `xunkao verify: ${say({ zh: `读不了 ${path}：${message}`, en: `cannot read ${path}: ${message}` })}\n`,
    );
    return 1;
  }
  const otherSite = site !== null && verified.site !== null && site !== verified.site;
  process.stdout.write(`${report(verified, given !== undefined)}\n`);
  if (otherSite) {
    const words = {
      zh: `公钥属于考点 ${site}，文件属于 ${verified.site}`,
      en: `the key is of the site ${site}, the file of ${verified.site}`,
    };
    process.stderr.write(`xunkao verify: ${say(words)}\n`);
  }
  return verified.finding || otherSite ? 1 : 0;
};

function readKey(name: string, text: string): NonNullable<ReturnType<typeof parseKey>> {
  const path = pathFrom(text);
  const key = parseKey(text) ?? (existsSync(path) ? parseKey(readFileSync(path, 'utf8')) : null);
  if (key) return key;
  throw new WrongUse({
    zh: `--${name} 须是 key.pub 文件或其中的一行（xunkao-site 考点 MCow…），不能是 ${text.slice(0, 80)}`,
    en: `--${name} takes the file key.pub or its line (xunkao-site NAME MCow…), not ${text.slice(0, 80)}`,
  });
}

/** What a person reads: the verdict first. */
export function report(verified: Verified, withOrganization: boolean): string {
  const { site, finding, entries, first, last, from, to, heads, signedTo, cosignedTo, marks } = verified;
  const lines: Bilingual[] = [];
  if (finding) {
    lines.push({
      zh: `不完好（第 ${finding.line} 行）：${finding.words.zh}`,
      en: `NOT SOUND (line ${finding.line}): ${finding.words.en}`,
    });
  } else lines.push({ zh: '完好：与考点写下并签署的一致', en: 'SOUND: as the site wrote and signed it' });
  lines.push({
    zh: `考点 ${site ?? '？'}，第 ${first ?? '—'}–${last ?? '—'} 条，共 ${entries} 条，${day(from)} 至 ${day(to)}`,
    en: `site ${site ?? '?'}, entries ${first ?? '–'}–${last ?? '–'}, ${entries} in all, ${day(from)} to ${day(to)}`,
  });
  lines.push({
    zh: `运行中签署 ${heads} 次，签到第 ${signedTo} 条；其后由末尾的清单签署`,
    en: `signed ${heads} times while it ran, up to entry ${signedTo}; the manifest signs the rest`,
  });
  if (withOrganization) {
    lines.push(
      cosignedTo > 0
        ? { zh: `机构联署到第 ${cosignedTo} 条`, en: `the organization has signed up to entry ${cosignedTo}` }
        : { zh: '机构没有联署', en: 'the organization has signed nothing' },
    );
  }
  for (const mark of marks) lines.push(markLine(mark));
  if (first !== null && first > 1) {
    lines.push({
      zh: `文件从第 ${first} 条开始：之前的内容没有检查`,
      en: `the file begins with entry ${first}: what stands before it was not checked`,
    });
  }
  return lines.map(say).join('\n');
}

function markLine({ what, n, at, about }: Mark): Bilingual {
  const when = day(at);
  switch (what) {
    case 'first-key':
      return { zh: `第 ${n} 条（${when}）：首个密钥 ${about}`, en: `entry ${n} (${when}): the first key, ${about}` };
    case 'rotated':
      return {
        zh: `第 ${n} 条（${when}）：更换为密钥 ${about}，由旧密钥签署`,
        en: `entry ${n} (${when}): rotated to key ${about}, signed by the one before`,
      };
    case 'key-lost':
      return {
        zh: `注意，第 ${n} 条（${when}）：旧密钥丢失，新密钥 ${about} 没有旧密钥的签署`,
        en: `NOTE, entry ${n} (${when}): the old key was lost; the new one, ${about}, is not signed by it`,
      };
    case 'restored':
      return {
        zh: `注意，第 ${n} 条（${when}）：从备份恢复，备份止于第 ${about} 条；此后到恢复之间写过的不在这份记录里`,
        en: `NOTE, entry ${n} (${when}): restored from a backup that ended with entry ${about}; what was written after that and before is not in this record`,
      };
    default:
      return what satisfies never;
  }
}

function day(at: number | null): string {
  return at === null ? '—' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
