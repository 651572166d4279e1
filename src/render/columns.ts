import { escapeControls } from '../diff/escape.ts';
import type { Style } from './style.ts';
import { borderless } from './table.ts';

/** A cell of a table: its text, and how it stands out. */
export interface Cell {
  readonly text: string;
  readonly style?: keyof Style | undefined;
}

/**
 * Rows in columns as kubectl prints them. The first row is the head.
 * @param rows cells as they come from the cluster; what would command a terminal is shown instead
 */
export function columns(rows: readonly (readonly (string | Cell)[])[], style: Style): string {
  const [head = [], ...rest] = rows.map((row) => row.map((cell) => cellText(cell, style)));
  return borderless(head, rest);
}

function cellText(cell: string | Cell, style: Style): string {
  const { text, style: name }: Cell = typeof cell === 'string' ? { text: cell } : cell;
  // A newline or tab would break the row.
  const safe = escapeControls(text).replace(/\s+/g, ' ');
  return name === undefined ? safe : style[name](safe);
}
