import type { DiffLine } from './diff-line.ts';

// More fills several rows of a screen.
const LONG = 400;
/** How much stays of a line's beginning, where its key is. */
const HEAD = 40;
/** How much stays before a difference. */
const LEAD = 60;

/** Long lines shortened to what matters: a removed line and the added one in its place to where they differ, others to their beginning. */
export function foldLines(lines: readonly DiffLine[]): DiffLine[] {
  const folded: DiffLine[] = [];
  while (folded.length < lines.length) {
    const removed = runOf('removed', lines, folded.length);
    const added = runOf('added', lines, folded.length + removed.length);
    const pairs = [
      ...removed.map((line, index) => foldAgainst(line, added[index])),
      ...added.map((line, index) => foldAgainst(line, removed[index])),
    ];
    const other = lines[folded.length];
    if (pairs.length > 0) folded.push(...pairs);
    else if (other) folded.push(foldAgainst(other, undefined));
  }
  return folded;
}

function runOf(kind: DiffLine['kind'], lines: readonly DiffLine[], start: number): readonly DiffLine[] {
  let end = start;
  while (lines[end]?.kind === kind) end += 1;
  return lines.slice(start, end);
}

function foldAgainst(line: DiffLine, other: DiffLine | undefined): DiffLine {
  const { kind, text } = line;
  if (text.length <= LONG) return line;
  const from = other === undefined ? 0 : firstDifference(text, other.text) - LEAD;
  const start = from <= HEAD ? 0 : from;
  const head = start === 0 ? '' : `${text.slice(0, HEAD)}…`;
  const tail = start + LONG < text.length ? `… (${text.length} characters)` : '';
  return { kind, text: `${head}${text.slice(start, start + LONG)}${tail}` };
}

function firstDifference(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index += 1;
  return index;
}
