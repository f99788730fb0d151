import type { Bilingual } from '../../agent/probe.ts';

/** What is wrong with an exported record: the first place where it is not what the site wrote. */
export interface Finding {
  readonly what:
    | 'altered'
    | 'removed'
    | 'inserted'
    | 'reordered'
    | 'cut-off'
    /** Signed by a key that the given one does not vouch for. */
    | 'other-key'
    /** Not an exported record at all. */
    | 'foreign';
  /** The entry, or null when it is the header or the manifest. */
  readonly n: number | null;
  /** In the file, from 1. */
  readonly line: number;
  readonly words: Bilingual;
}

type About = Pick<Finding, 'n' | 'line'>;

const finding = (what: Finding['what'], { n, line }: About, words: Bilingual): Finding => ({ what, n, line, words });

export const altered = (n: number, line: number): Finding =>
  finding(
    'altered',
    { n, line },
    {
      zh: `第 ${n} 条记录的内容与写入时不同`,
      en: `entry ${n} is not what it was when it was written`,
    },
  );

export const rewritten = (n: number, line: number, before: number): Finding =>
  finding(
    'altered',
    { n, line },
    {
      zh: `第 ${n} 条记录被整条重写过：第 ${before} 条与第 ${before + 1} 条不再相连`,
      en: `entry ${n} was written anew: entry ${before + 1} does not follow from entry ${before}`,
    },
  );

export const removed = (from: number, to: number, line: number): Finding =>
  finding(
    'removed',
    { n: from, line },
    {
      zh: `缺少第 ${range(from, to)} 条记录`,
      en: `entry ${range(from, to)} is missing`,
    },
  );

export const reordered = (n: number, line: number, came: string): Finding =>
  finding(
    'reordered',
    { n, line },
    {
      zh: `第 ${n} 条不在原来的位置：此处是${came === 'manifest' ? '清单' : `第 ${came} 条`}`,
      en: `entry ${n} is not in its place: ${came === 'manifest' ? 'the manifest' : `entry ${came}`} stands there`,
    },
  );

export const cutOff = (from: number, to: number, line: number): Finding =>
  finding(
    'cut-off',
    { n: from, line },
    {
      zh: `第 ${range(from, to)} 条被截去`,
      en: `entries ${range(from, to)} are cut off`,
    },
  );

export const endMissing = (n: number, line: number): Finding =>
  finding(
    'cut-off',
    { n, line },
    {
      zh: `文件在第 ${n} 条之前被截断：没有末尾的清单`,
      en: `the file is cut off before entry ${n}: the manifest at its end is missing`,
    },
  );

/** What was put in is an entry itself, which has its own place elsewhere. */
export const insertedAgain = (n: number, line: number, expected: number): Finding =>
  finding(
    'inserted',
    { n, line },
    {
      zh: `第 ${n} 条又出现在第 ${expected} 条应在的位置：多出来的或挪动过的`,
      en: `entry ${n} stands again where entry ${expected} belongs: put in or moved there`,
    },
  );

/** What was put in is no entry of this record. */
export const insertedBefore = (n: number, line: number): Finding =>
  finding(
    'inserted',
    { n, line },
    {
      zh: `第 ${n} 条应在的位置多出了别的内容`,
      en: `something was put in where entry ${n} belongs`,
    },
  );

export const insertedAfter = (last: number, line: number): Finding =>
  finding(
    'inserted',
    { n: last + 1, line },
    {
      zh: `第 ${last} 条之后的内容是后加的`,
      en: `what stands after entry ${last} was added`,
    },
  );

export const afterManifest = (line: number): Finding =>
  finding(
    'inserted',
    { n: null, line },
    {
      zh: `清单之后还有内容`,
      en: `there is more after the manifest`,
    },
  );

export const headerAltered = (): Finding =>
  finding('altered', { n: null, line: 1 }, { zh: '文件头被改动', en: 'the header was altered' });

export const betweenAltered = (): Finding =>
  finding(
    'altered',
    { n: null, line: 1 },
    {
      zh: '文件头或行间的内容被改动',
      en: 'the header, or something between the lines, was altered',
    },
  );

export const manifestAltered = (line: number): Finding =>
  finding(
    'altered',
    { n: null, line },
    {
      zh: '文件末尾的清单被改动：签名不符',
      en: 'the manifest at the end was altered: its signature does not fit',
    },
  );

export const otherKey = (line: number): Finding =>
  finding(
    'other-key',
    { n: null, line },
    {
      zh: '文件由另一把密钥签署，不是给定的考点密钥',
      en: 'the file is signed by another key than the one that was given for the site',
    },
  );

export const foreign = (line: number): Finding =>
  finding(
    'foreign',
    { n: null, line },
    {
      zh: '第一行不是巡考记录的文件头；文件开头被改动，或根本不是导出的记录',
      en: 'the first line is not the header of a record; it was altered, or this is no exported record',
    },
  );

export const headForged = (n: number, line: number): Finding =>
  finding(
    'altered',
    { n, line },
    {
      zh: `第 ${n} 条的签名不是考点密钥所签`,
      en: `the signature in entry ${n} is not by the site's key`,
    },
  );

/** @param at of the head's signing, wall clock ms */
export const headDiffers = (from: number, to: number, { n, line, at }: About & { readonly at: number }): Finding =>
  finding(
    'altered',
    { n: from, line },
    {
      zh: `第 ${range(from, to)} 条中有内容被改写：第 ${n} 条的签名所指的不是现在的第 ${to} 条（签于 ${new Date(at).toISOString()}）`,
      en: `something in entries ${range(from, to)} was rewritten: what the site signed in entry ${n} (${new Date(at).toISOString()}) is not the entry ${to} of this file`,
    },
  );

export const cosignatureForged = (n: number, line: number): Finding =>
  finding(
    'altered',
    { n, line },
    {
      zh: `第 ${n} 条中机构的联署签名不对`,
      en: `the organization's signature in entry ${n} is wrong`,
    },
  );

function range(from: number, to: number): string {
  return from === to ? String(from) : `${from}–${to}`;
}
