import type { Block, Cell, Figure, ReportDocument, Table } from '../document.ts';
import { POLICY, STYLE } from './style.ts';
import { escapeMarkup as safe, svgOf } from './svg.ts';

const LANG = { zh: 'zh-CN', en: 'en' } as const;
const HINT = {
  zh: '打印或存为 PDF：Ctrl + P。',
  en: 'To print it, or to keep it as a PDF: Ctrl + P.',
} as const;

/** A page that needs nothing else: no script, no picture, no font, nothing fetched. */
export function* htmlOf(document: ReportDocument): Generator<string> {
  const { language, title, subtitle, foot, blocks } = document;
  yield `<!doctype html>
<html lang="${LANG[language]}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${safe(POLICY.replace(/; frame-ancestors[^;]*/, ''))}">
<title>${safe(title)}</title><style>${STYLE}</style></head>
<body><p class="hint">${HINT[language]}</p><main><h1>${safe(title)}</h1><p class="subtitle">${safe(subtitle)}</p>
`;
  for (const block of blocks) yield* blockOf(block);
  yield `<footer>${safe(foot)}</footer></main></body></html>\n`;
}

function* blockOf(block: Block): Generator<string> {
  switch (block.kind) {
    case 'heading':
      yield `<h${block.level + 1}>${safe(block.text)}</h${block.level + 1}>\n`;
      return;
    case 'paragraph':
      yield `<p${block.tone ? ` class="${block.tone}"` : ''}>${safe(block.text)}</p>\n`;
      return;
    case 'figures':
      yield `<div class="figures">${block.figures.map(figureOf).join('')}</div>\n`;
      return;
    case 'facts':
      yield `<dl class="facts">${block.facts
        .map(
          ({ label, value, fixed }) => `<dt>${safe(label)}</dt><dd${fixed ? ' class="fixed"' : ''}>${safe(value)}</dd>`,
        )
        .join('')}</dl>\n`;
      return;
    case 'table':
      yield* tableOf(block);
      return;
    case 'chart':
      yield `<figure><figcaption>${safe(block.chart.title)}</figcaption>${svgOf(block.chart)}</figure>\n`;
      return;
    case 'seal': {
      const lines = block.lines.map((line) => `<li>${safe(line)}</li>`).join('');
      yield `<div class="seal"><ol>${lines}</ol><div class="stamp">${safe(block.stamp)}</div></div>\n`;
      return;
    }
    case 'lines':
      yield '<div class="rule"></div>'.repeat(block.count);
      return;
    case 'page':
      yield '<div class="page"></div>\n';
      return;
  }
  block satisfies never;
}

function figureOf({ value, label, note, tone }: Figure): string {
  const small = note === undefined ? '' : `<small>${safe(note)}</small>`;
  return `<div class="figure"><b${tone ? ` class="${tone}"` : ''}>${safe(value)}</b><span>${safe(label)}</span>${small}</div>`;
}

function* tableOf({ title, columns, rows, none }: Table): Generator<string> {
  const all = columns.reduce((sum, { share }) => sum + share, 0);
  let isOpen = false;
  for (const row of rows) {
    if (!isOpen) {
      isOpen = true;
      const widths = columns.map(({ share }) => `<col width="${Math.round((share / all) * 1000) / 10}%">`).join('');
      const heads = columns
        .map(({ title: head, align }) => `<th scope="col"${align ? ` class="${align}"` : ''}>${safe(head)}</th>`)
        .join('');
      const caption = title === '' ? '' : `<caption>${safe(title)}</caption>`;
      yield `<table>${caption}<colgroup>${widths}</colgroup><thead><tr>${heads}</tr></thead><tbody>\n`;
    }
    yield `<tr>${row.map((one, index) => cellOf(one, columns[index]?.align)).join('')}</tr>\n`;
  }
  if (isOpen) yield '</tbody></table>\n';
  else yield `<p class="none">${title === '' ? '' : `<b>${safe(title)}</b> · `}${safe(none)}</p>\n`;
}

function cellOf({ text, tone, fixed }: Cell, align?: 'right'): string {
  const classes = [tone, align, fixed ? 'fixed' : undefined].filter((word) => word !== undefined).join(' ');
  return `<td${classes === '' ? '' : ` class="${classes}"`}>${safe(text)}</td>`;
}
