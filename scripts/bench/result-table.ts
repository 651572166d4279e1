import { borderless } from '../../src/render/table.ts';
import type { Result } from './compare.ts';

const HEAD = ['THIS TOOL', 'COMPARED WITH', 'RATIO', 'QUARTILES', 'TIME', 'ITS TIME', 'PEAK', 'ITS PEAK'];

/** All results in one table: of the times of one round the ratio, medians, and the highest peak of memory. */
export function resultTable(results: readonly Result[]): string {
  const rows = results.map(({ ours, theirs, ratio: [low, middle, high], milliseconds, memory }) => [
    ours,
    theirs,
    `${middle.toFixed(2)} x`,
    `${low.toFixed(2)}-${high.toFixed(2)}`,
    `${milliseconds.ours.toFixed(0)} ms`,
    `${milliseconds.theirs.toFixed(0)} ms`,
    mebibytes(memory.ours),
    mebibytes(memory.theirs),
  ]);
  return borderless(HEAD, rows, ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right']);
}

function mebibytes(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(0)} MiB`;
}
