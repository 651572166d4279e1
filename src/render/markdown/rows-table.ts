import type { Cell } from '../columns.ts';
import { markdownTable } from './blocks.ts';
import { prose } from './inline.ts';

type Row = readonly (string | Cell)[];

const BOLD: ReadonlySet<Cell['style']> = new Set(['warning', 'error']);

/** Rows as they are shown in columns, with what stands out in bold; under the heads of columns in sentence case. */
export function rowsTable(heads: readonly string[], rows: readonly Row[]): string {
  return markdownTable(
    heads.map((head) => prose(`${head.slice(0, 1)}${head.slice(1).toLowerCase()}`)),
    // A row has no cell for a column that nobody has.
    rows.map((row) => row.slice(0, heads.length).map(cell)),
  );
}

function cell(one: string | Cell): string {
  const { text, style }: Cell = typeof one === 'string' ? { text: one } : one;
  const shown = text === '-' ? text : prose(text);
  return BOLD.has(style) && shown !== '' ? `**${shown}**` : shown;
}
