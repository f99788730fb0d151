import type { Board, Panel } from '../../dashboards/board.ts';
import { withMatchers } from '../../dashboards/source.ts';

export interface Asked {
  readonly board: string;
  readonly panel: Panel;
  readonly expr: string;
}

/** Every query as the source gets it, with these values of the variables. */
export function queriesOf(boards: readonly Board[], values: Readonly<Record<string, string>>): Asked[] {
  return boards.flatMap((board) =>
    board.panels.flatMap((panel) =>
      panel.queries.map(({ expr }) => ({ board: board.id, panel, expr: filled(withMatchers(expr, board), values) })),
    ),
  );
}

function filled(expr: string, values: Readonly<Record<string, string>>): string {
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__interval', '10m')
    .replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => values[name] ?? `no value of ${name}`)
    .replaceAll(/\$(\w+)/g, (_all, name: string) => values[name] ?? `no value of ${name}`);
}
