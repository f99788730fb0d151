import type { Chart } from '../document.ts';
import { INKS } from './ink.ts';
import { plot, WORD_SIZE, type Shape } from './plot.ts';

/** As wide as the text of an A4 page; a screen scales it. */
const WIDTH = 500;

/** A chart as SVG for a page: attributes alone, since the page allows no style but its own. */
export function svgOf(chart: Chart): string {
  const { width, height, shapes } = plot(chart, WIDTH);
  const about = `<title>${escapeMarkup(chart.title)}</title><desc>${escapeMarkup(chart.about)}</desc>`;
  return `<svg class="chart" viewBox="0 0 ${round(width)} ${round(height)}" role="img" font-size="${WORD_SIZE}">${about}${shapes.map(markup).join('')}</svg>`;
}

function markup(shape: Shape): string {
  const ink = INKS[shape.ink];
  switch (shape.kind) {
    case 'line': {
      const points = shape.points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
      const dashes = shape.dashed ? ' stroke-dasharray="4 3"' : '';
      const width = shape.ink === 'grid' || shape.ink === 'axis' ? 0.7 : 1.5;
      return `<polyline fill="none" stroke="${ink}" stroke-width="${width}"${dashes} points="${points}"/>`;
    }
    case 'box':
      return `<rect x="${round(shape.x)}" y="${round(shape.y)}" width="${round(shape.width)}" height="${round(shape.height)}" fill="${ink}"/>`;
    case 'dot':
      return `<circle cx="${round(shape.x)}" cy="${round(shape.y)}" r="2" fill="${ink}"/>`;
    case 'word':
      return `<text x="${round(shape.x)}" y="${round(shape.y)}" text-anchor="${shape.anchor}" fill="${ink}">${escapeMarkup(shape.text)}</text>`;
  }
  return shape satisfies never;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** For element text and quoted attributes alike. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
