import { fittedRow, type Row } from '../../src/render/progress/row.ts';
import type { Style } from '../../src/render/style.ts';
import type { Shell } from '../shell.ts';

/** How often rows are drawn; what they say changes once a second. */
export const TICK = 250;

/** Whether stderr can show rows that are written over. Terminals that a CI system gives its jobs end up in a log. */
export function canShowRows({ isStderrTerminal, env }: Pick<Shell, 'isStderrTerminal' | 'env'>): boolean {
  const isCi = env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
  return isStderrTerminal && env.TERM !== 'dumb' && !isCi;
}

/** How many rows there is room for: the line below them is the cursor's. */
export function roomFor({ screen }: Pick<Shell, 'screen'>): number {
  return Math.max(0, screen.size().rows - 1);
}

/** Shows rows in place of those shown before. The last column stays free: terminals differ in what they do there. */
export function showRows(rows: readonly Row[], style: Style, { screen }: Pick<Shell, 'screen'>): void {
  const width = screen.size().columns - 1;
  screen.show(rows.map((row) => fittedRow(row, width, style)));
}
