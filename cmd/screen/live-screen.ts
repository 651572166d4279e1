import { stripVTControlCharacters } from 'node:util';
import { textWidth } from '../../src/render/progress/text-width.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal whose last rows are written over while all else that is printed goes above them and stays. */
export interface LiveScreen {
  readonly print: (text: string) => void;
  /** Shows these rows in place of those shown before; each is narrower than the terminal, all together less high. */
  readonly show: (rows: readonly string[]) => void;
  /** Takes the rows away for as long as others write to the terminal. @returns brings them back */
  readonly hold: () => () => void;
  /** Somebody else has written below the rows: they stay where they are, and the next ones come below. */
  readonly letGo: () => void;
  readonly isShowing: () => boolean;
  readonly size: () => ScreenSize;
}

const ERASE_BELOW = '\u001b[J';
const ERASE_TO_END = '\u001b[K';

/**
 * The cursor is always left at the beginning of the line below the rows: whatever ends the program, the terminal is whole.
 * @param write what is shown of each change comes in one piece
 */
export function liveScreen(write: (text: string) => void, size: () => ScreenSize): LiveScreen {
  let wanted: readonly string[] = [];
  let shown: readonly string[] = [];
  let isLineOpen = false;
  let holds = 0;

  const next = (): readonly string[] => (isLineOpen || holds > 0 ? [] : wanted);
  const back = (): string => (shown.length === 0 ? '' : `\r\u001b[${heightOf(shown, size().columns)}A`);

  function print(text: string): void {
    if (text === '') return;
    isLineOpen = !text.endsWith('\n');
    const erased = shown.length === 0 ? '' : `${back()}${ERASE_BELOW}`;
    shown = next();
    write(`${erased}${text}${shown.map((row) => `${row}\n`).join('')}`);
  }

  function redraw(): void {
    const rows = next();
    if (rows.length === shown.length && rows.every((row, index) => row === shown[index])) return;
    const drawn = rows.map((row) => `${row}${ERASE_TO_END}\n`).join('');
    write(`${back()}${drawn}${shown.length === 0 ? '' : ERASE_BELOW}`);
    shown = rows;
  }

  function hold(): () => void {
    holds += 1;
    redraw();
    return () => {
      holds -= 1;
      redraw();
    };
  }

  return {
    print,
    show: (rows) => {
      wanted = rows;
      redraw();
    },
    hold,
    letGo: () => {
      shown = [];
    },
    isShowing: () => shown.length > 0,
    size,
  };
}

/** Lines that rows take: a terminal that has become narrower breaks them. */
function heightOf(rows: readonly string[], columns: number): number {
  return rows.reduce((sum, row) => {
    const width = textWidth(stripVTControlCharacters(row));
    return sum + Math.max(1, Math.ceil(width / columns));
  }, 0);
}
