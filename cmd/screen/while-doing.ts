import type { Row } from '../../src/render/progress/row.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import type { Shell } from '../shell.ts';
import { styleFor } from './colour.ts';
import { canShowRows, showRows, TICK } from './live-rows.ts';

/** What takes less is not worth a row. */
const SHOWN_AFTER = 500;

export interface Surroundings {
  readonly args: { readonly color: ColourChoice; readonly quiet?: boolean | undefined };
  readonly shell: Shell;
}

/** Says on a terminal what is being done if it takes a while, in a row that is gone with the end of it. */
export async function whileDoing<T>(what: string, { args, shell }: Surroundings, work: () => Promise<T>): Promise<T> {
  if (args.quiet === true || !canShowRows(shell)) return work();
  const { timer, screen } = shell;
  const style = styleFor(args.color, shell.env, shell.isStderrTerminal);
  const begun = timer.now();
  const stop = timer.every(TICK, () => {
    const took = timer.now() - begun;
    const row: Row = { state: 'running', took, cells: [{ text: what }] };
    if (took >= SHOWN_AFTER) showRows([row], style, shell);
  });
  try {
    return await work();
  } finally {
    stop();
    screen.show([]);
  }
}
