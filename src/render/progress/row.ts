import { durationText, elapsedText } from '../../core/duration.ts';
import type { Cell } from '../columns.ts';
import type { Style } from '../style.ts';
import { cutText, textWidth } from './text-width.ts';

/** One thing that takes time, while it runs and once it is over. */
export interface Row {
  readonly state: 'running' | 'done' | 'failed';
  /** Milliseconds; undefined for what has no time of its own. */
  readonly took: number | undefined;
  readonly cells: readonly Cell[];
}

const MARKS: Readonly<Record<Row['state'], Cell>> = {
  running: { text: ' ' },
  done: { text: '✓', style: 'added' },
  failed: { text: '✗', style: 'error' },
};
/** `59m59s` */
const WIDEST_TIME = 6;

/** A row that stays: whole, however long. */
export function rowText(row: Row, style: Style): string {
  return cellsOf(row)
    .map((cell) => styled(cell, style))
    .join('')
    .trimEnd();
}

/**
 * A row that is written over: as much as fits into one line.
 * @param width columns that it may take
 */
export function fittedRow(row: Row, width: number, style: Style): string {
  const cells = cellsOf(row);
  const isWhole = cells.reduce((sum, { text }) => sum + textWidth(text), 0) <= width;
  if (isWhole) return rowText(row, style);
  let room = width - 1;
  let text = '';
  for (const cell of cells) {
    const part = cutText(cell.text, room);
    room -= textWidth(part);
    text += styled({ ...cell, text: part }, style);
    if (part !== cell.text) break;
  }
  return width > 0 ? `${text}…` : '';
}

function cellsOf({ state, took, cells }: Row): readonly Cell[] {
  const time = took === undefined ? '' : state === 'running' ? elapsedText(took) : durationText(took);
  return [MARKS[state], { text: ` ${time.padStart(WIDEST_TIME)} `, style: 'dim' }, ...cells];
}

function styled({ text, style: name }: Cell, style: Style): string {
  return name === undefined ? text : style[name](text);
}
