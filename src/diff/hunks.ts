import type { LineEdit } from './line-edits.ts';

/** A stretch of an edit script: its changes and the lines around them. Starts count lines from 1. */
export interface Hunk {
  readonly beforeStart: number;
  readonly afterStart: number;
  readonly edits: readonly LineEdit[];
}

/** The parts of an edit script within `context` lines of a change; parts that touch are one. */
export function hunksOf(edits: readonly LineEdit[], context: number): readonly Hunk[] {
  const near = new Uint8Array(edits.length);
  for (const [index, { kind }] of edits.entries()) {
    if (kind !== 'context') near.fill(1, Math.max(0, index - context), index + context + 1);
  }
  const hunks: Hunk[] = [];
  let [before, after, index] = [1, 1, 0];
  while (index < edits.length) {
    const end = near[index] === 1 ? endOf(near, index) : index + 1;
    const part = edits.slice(index, end);
    if (near[index] === 1) hunks.push({ beforeStart: before, afterStart: after, edits: part });
    before += part.filter(({ kind }) => kind !== 'added').length;
    after += part.filter(({ kind }) => kind !== 'removed').length;
    index = end;
  }
  return hunks;
}

function endOf(near: Uint8Array, start: number): number {
  const end = near.indexOf(0, start);
  return end < 0 ? near.length : end;
}
