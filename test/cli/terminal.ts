import assert from 'node:assert/strict';
import type { ScreenSize } from '../../cmd/screen/live-screen.ts';

export interface Terminal extends ScreenSize {
  readonly write: (text: string) => void;
  /** What is on the screen and has scrolled off it, without the empty lines below. */
  readonly lines: () => readonly string[];
}

const PARTS = /\u001b\[(\d*)([A-Za-z])|\r|\n|[^\u001b\r\n]/gu;

/** As much of a terminal as progress needs: lines that break at its width, cursor up, erase. Anything else fails the test. */
export function terminal(columns: number, rows: number): Terminal {
  const screen: string[][] = [[]];
  let row = 0;
  let column = 0;

  function put(character: string): void {
    if (column === columns) newLine();
    const line = screen[row] ?? [];
    while (line.length < column) line.push(' ');
    line[column] = character;
    screen[row] = line;
    column += 1;
  }

  function newLine(): void {
    row += 1;
    column = 0;
    screen[row] ??= [];
  }

  function command(count: number, letter: string): void {
    // What has scrolled off cannot be reached any more.
    if (letter === 'A') row = Math.max(screen.length - rows, 0, row - count);
    else if (letter === 'K') screen[row]?.splice(column);
    else if (letter === 'J') {
      screen.splice(row + 1);
      screen[row]?.splice(column);
    } else assert.equal(letter, 'm', `no terminal in this test knows ESC[${letter}`);
  }

  return {
    columns,
    rows,
    write: (text) => {
      assert.equal(text.replace(PARTS, ''), '', 'only sequences that are known here');
      for (const [part, count = '', letter] of text.matchAll(PARTS)) {
        if (letter !== undefined) command(count === '' ? 1 : Number(count), letter);
        else if (part === '\r') column = 0;
        else if (part === '\n') newLine();
        else put(part);
      }
    },
    lines: () => {
      const texts = screen.map((line) => line.join('').trimEnd());
      return texts.slice(0, texts.findLastIndex((text) => text !== '') + 1);
    },
  };
}
