import type { Panel } from './board.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Grafana's grid has 24 columns. */
const COLUMNS = 24;

/** Puts panels in their order where there is room: as high as can be, then as far left. */
export function placed(panels: readonly Pick<Panel, 'width' | 'height'>[]): readonly Place[] {
  const heights = Array.from({ length: COLUMNS }, () => 0);
  return panels.map(({ width: w, height: h }) => {
    let best = { x: 0, y: Number.POSITIVE_INFINITY };
    for (let x = 0; x + w <= COLUMNS; x += 1) {
      const y = Math.max(...heights.slice(x, x + w));
      if (y < best.y) best = { x, y };
    }
    heights.fill(best.y + h, best.x, best.x + w);
    return { ...best, w, h };
  });
}
