import type { Bilingual } from '../../agent/probe.ts';

/** What a page says, before a channel puts it into its own form. */
export interface Message {
  /** The same for every try of one delivery: a receiver that remembers it takes it once. */
  readonly key: string;
  readonly what: 'opened' | 'again' | 'resolved' | 'digest' | 'test';
  readonly language: keyof Bilingual;
  readonly urgency: 'urgent' | 'seat';
  readonly site: string;
  /** Id of the page; '' for a digest or a test. */
  readonly page: string;
  readonly rule: string | null;
  readonly subject: string | null;
  readonly room: string | null;
  readonly seat: string | null;
  /** One line: `【紧急】市电：UPS 电源 ups-1，考场 A` */
  readonly title: string;
  readonly lines: readonly Line[];
  /** Where it is acknowledged; null where nobody could reach it. */
  readonly link: string | null;
  /** What to call the link. */
  readonly linkText: string;
  /** Phone numbers or addresses of the contact. */
  readonly to: readonly string[];
  /** Wall clock, ms. */
  readonly since: number;
  readonly until: number | null;
}

/** `{ label: '实测', text: '由电池供电：是' }`; a line without a label is a sentence. */
export interface Line {
  readonly label: string;
  readonly text: string;
}

export function plainText(message: Message, withTitle = true): string {
  const colon = message.language === 'zh' ? '：' : ': ';
  const lines = message.lines.map(({ label, text }) => (label === '' ? text : `${label}${colon}${text}`));
  const link = message.link === null ? [] : [`${message.linkText}${colon}${message.link}`];
  return [...(withTitle ? [message.title] : []), ...lines, ...link].join('\n');
}

/** 钉钉 and 企业微信 know headings, bold, quotes and links, each in a paragraph of its own. */
export function markdown(message: Message): string {
  const colon = message.language === 'zh' ? '：' : ': ';
  const lines = message.lines.map(({ label, text }) =>
    label === '' ? escaped(text) : `**${escaped(label)}**${colon}${escaped(text)}`,
  );
  const link = message.link === null ? [] : [`[${message.linkText}](${message.link})`];
  return [`### ${escaped(message.title)}`, ...lines, ...link].join('\n\n');
}

/** Host names and products come from machines that anybody may have named. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]()<>#!|]/g, (sign) => `\\${sign}`).replaceAll('\n', ' ');
}

/** At most so many bytes of UTF-8, cut where a character ends. */
export function cutTo(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const mark = '…';
  let size = Buffer.byteLength(mark);
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += Buffer.byteLength(segment);
    if (size > bytes) break;
    kept += segment;
  }
  return kept + mark;
}
