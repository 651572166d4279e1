import { escapeControls } from '../diff/escape.ts';
import type { Style } from './style.ts';

/** A cell of a table: its text, and how it stands out. */
export interface Cell {
  readonly text: string;
  readonly style?: keyof Style | undefined;
}

const GAP = 2;

/**
 * Rows in columns as kubectl prints them: each as wide as its widest cell, nothing after the last one. The first row is the head.
 * @param rows cells as they come from the cluster; what would command a terminal is shown instead
 */
export function columns(rows: readonly (readonly (string | Cell)[])[], style: Style): string {
  const cells = rows.map((row) => row.map(safeCell));
  const widths: number[] = [];
  for (const row of cells)
    for (const [at, { text }] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, text.length);
  return cells.map((row) => rowText(row, widths, style)).join('\n');
}

function safeCell(cell: string | Cell): Cell {
  const { text, style }: Cell = typeof cell === 'string' ? { text: cell } : cell;
  // A newline or tab would break the row.
  return { text: escapeControls(text).replace(/\s+/g, ' '), style };
}

function rowText(row: readonly Cell[], widths: readonly number[], style: Style): string {
  const last = row.findLastIndex(({ text }) => text !== '');
  return row
    .slice(0, last + 1)
    .map(({ text, style: name }, at) => {
      const padding = at === last ? '' : ' '.repeat((widths[at] ?? 0) - text.length + GAP);
      return `${name === undefined ? text : style[name](text)}${padding}`;
    })
    .join('');
}
