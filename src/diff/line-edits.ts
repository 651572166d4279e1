import { diffArrays } from 'diff';

/** One line of an edit script. */
export interface LineEdit {
  readonly kind: 'context' | 'added' | 'removed';
  readonly text: string;
}

// The search for the shortest difference takes quadratic time in this; beyond it two texts have little in common.
const MAX_EDITS = 5000;

/**
 * How one text becomes another, line by line. Lines that the other side does not have at all are set aside before the search: they can
 * only be added or removed, and a large new block would otherwise cost the square of its length.
 */
export function lineEdits(before: readonly string[], after: readonly string[]): readonly LineEdit[] {
  const [inBefore, inAfter] = [new Set(before), new Set(after)];
  const shared = diffArrays(
    before.filter((line) => inAfter.has(line)),
    after.filter((line) => inBefore.has(line)),
    { maxEditLength: MAX_EDITS },
  );
  if (shared === undefined) return [...before.map(removed), ...after.map(added)];
  const edits: LineEdit[] = [];
  let [b, a] = [0, 0];
  const flush = () => {
    for (; b < before.length && !inAfter.has(before[b] ?? ''); b += 1) edits.push(removed(before[b] ?? ''));
    for (; a < after.length && !inBefore.has(after[a] ?? ''); a += 1) edits.push(added(after[a] ?? ''));
  };
  for (const part of shared) {
    for (const text of part.value) {
      flush();
      if (part.added) a += 1;
      else b += 1;
      if (!part.added && !part.removed) a += 1;
      edits.push(part.added ? added(text) : part.removed ? removed(text) : { kind: 'context', text });
    }
  }
  flush();
  return edits;
}

function added(text: string): LineEdit {
  return { kind: 'added', text };
}

function removed(text: string): LineEdit {
  return { kind: 'removed', text };
}
