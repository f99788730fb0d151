import type { ReportDocument } from '../document.ts';
import { csvOf } from './csv.ts';
import { htmlOf } from './html.ts';
import { pdfOf } from './pdf.ts';
import { xlsxOf } from './xlsx.ts';

export const FORMATS = ['html', 'pdf', 'xlsx', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export const TYPES: Readonly<Record<Format, string>> = {
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};

const PIECE = 32 * 1024;

/** The report in a form, in pieces of some tens of KiB, as they are made. */
export async function* render(document: ReportDocument, format: Format): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of made(document, format)) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
    held.push(bytes);
    size += bytes.length;
    if (size < PIECE) continue;
    yield Buffer.concat(held);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held);
}

function made(
  document: ReportDocument,
  format: Format,
): Iterable<string> | Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  switch (format) {
    case 'html':
      return htmlOf(document);
    case 'pdf':
      return pdfOf(document);
    case 'xlsx':
      return xlsxOf(document);
    case 'csv':
      return csvOf(document);
  }
  return format satisfies never;
}
