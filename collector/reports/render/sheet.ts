import { join } from 'node:path';
// Its types know the default alone.
// oxlint-disable-next-line import/no-named-as-default
import PDFDocument from 'pdfkit';
import { createSetting, type Setting } from './setting.ts';
import { INKS, TEXT, TONES } from './ink.ts';

/** Noto Sans SC, reduced; `font/NOTICE.md` says how. */
export const FONT = join(import.meta.dirname, '..', 'font', 'NotoSansSC-Regular.ttf');

/** A4 in points, with margins of 15 and 16 mm. */
export const LEFT = 43;
export const RIGHT = 595.28 - 43;
export const TOP = 46;
export const BOTTOM = 841.89 - 54;
export const WIDTH = RIGHT - LEFT;

export interface Ink {
  readonly size?: number;
  readonly color?: string;
  readonly bold?: boolean;
  readonly align?: 'right' | 'center';
}

/** Paper to draw on from its top to its bottom, page after page. */
export interface Sheet {
  readonly doc: PDFKit.PDFDocument;
  readonly setting: Setting;
  y: number;
  /** Begins a page when less than this is left of the one at hand. */
  need(height: number): boolean;
  newPage(): void;
  /** Sets a text into a width and moves on; as many pages as it takes. */
  flow(text: string, ink?: Ink, x?: number, width?: number): void;
  /** One line at a place; moves nothing. */
  line(text: string, x: number, y: number, ink?: Ink & { readonly width?: number }): void;
}

export const LEADING = 1.5;

export function createSheet(
  { title, language }: { readonly title: string; readonly language: string },
  pageFoot: (page: number) => string,
): Sheet {
  const doc = new PDFDocument({
    size: 'A4',
    margins: { left: LEFT, right: LEFT, top: TOP, bottom: 20 },
    autoFirstPage: false,
    font: FONT,
    lang: language,
    displayTitle: true,
    info: { Title: title, Creator: 'Xunkao 巡考', Producer: 'Xunkao 巡考' },
  });
  const letters = (doc as unknown as { readonly _font: { readonly font: Letters } })._font.font;
  const has = (letter: string): boolean => letters.hasGlyphForCodePoint(letter.codePointAt(0)!);
  doc.font(FONT).fontSize(1000);
  const setting = createSetting((letter) => doc.fontSize(1000).widthOfString(letter) / 1000);
  let pages = 0;

  /** A letter that the font has not would be an empty box, and lost to whoever searches. */
  function sound(text: string): string {
    let clean = '';
    for (const letter of language === 'en' ? narrow(text) : text)
      clean += letter === '\n' || has(letter) ? letter : `〔U+${letter.codePointAt(0)!.toString(16).toUpperCase()}〕`;
    return clean;
  }

  function put(text: string, x: number, y: number, { size = 9.5, color = TEXT, bold = false }: Ink): void {
    if (text === '') return;
    doc.fontSize(size).fillColor(color);
    // The one weight there is, with a hair line around it.
    if (bold) doc.lineWidth(size * 0.032).strokeColor(color);
    doc.text(text, x, y, { lineBreak: false, ...(bold ? { stroke: true, fill: true } : {}) });
  }

  const sheet: Sheet = {
    doc,
    setting,
    y: TOP,
    need(height) {
      if (sheet.y + height <= BOTTOM) return false;
      sheet.newPage();
      return true;
    },
    newPage() {
      doc.addPage();
      pages += 1;
      const foot = sound(pageFoot(pages));
      doc
        .lineWidth(0.5)
        .strokeColor(INKS.grid)
        .moveTo(LEFT, BOTTOM + 10)
        .lineTo(RIGHT, BOTTOM + 10)
        .stroke();
      put(foot, LEFT, BOTTOM + 15, { size: 7.5, color: TONES.muted });
      const page = String(pages);
      put(page, RIGHT - setting.width(page, 7.5), BOTTOM + 15, { size: 7.5, color: TONES.muted });
      sheet.y = TOP;
    },
    line(text, x, y, ink = {}) {
      const clean = sound(text);
      const { size = 9.5, align, width = 0 } = ink;
      const free = width - setting.width(clean, size);
      put(clean, align === 'right' ? x + free : align === 'center' ? x + free / 2 : x, y, ink);
    },
    flow(text, ink = {}, x = LEFT, width = RIGHT - x) {
      const { size = 9.5 } = ink;
      for (const one of setting.lines(sound(text), size, width)) {
        sheet.need(size * LEADING);
        put(one, x, sheet.y, ink);
        sheet.y += size * LEADING;
      }
    },
  };
  sheet.newPage();
  return sheet;
}

/** A Chinese font has these marks as wide as its characters, with a gap in the midst of an English word. */
function narrow(text: string): string {
  return text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
}

interface Letters {
  hasGlyphForCodePoint(point: number): boolean;
}
