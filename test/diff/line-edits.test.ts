import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hunksOf } from '../../src/diff/hunks.ts';
import { lineEdits } from '../../src/diff/line-edits.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', 'only here', 'only there'), { maxLength: 30 });
const of = (edits: ReturnType<typeof lineEdits>, side: 'added' | 'removed') =>
  edits.filter(({ kind }) => kind === 'context' || kind === side).map(({ text }) => text);

test('an edit script makes one text of the other, and back', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const edits = lineEdits(before, after);
      assert.deepEqual(of(edits, 'removed'), before);
      assert.deepEqual(of(edits, 'added'), after);
    }),
  );
});

test('it keeps as many lines as the longest common subsequence', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const kept = lineEdits(before, after).filter(({ kind }) => kind === 'context').length;
      assert.equal(kept, longestCommon(before, after));
    }),
  );
});

test('hunks hold every change with its context, once', () => {
  fc.assert(
    fc.property(lines, lines, fc.integer({ min: 0, max: 4 }), (before, after, context) => {
      const edits = lineEdits(before, after);
      const hunks = hunksOf(edits, context);
      const changes = (list: typeof edits) => list.filter(({ kind }) => kind !== 'context');
      assert.deepEqual(changes(hunks.flatMap((hunk) => hunk.edits)), changes(edits));
      for (const hunk of hunks) {
        const start = before.slice(hunk.beforeStart - 1);
        assert.deepEqual(of(hunk.edits, 'removed'), start.slice(0, of(hunk.edits, 'removed').length));
      }
    }),
  );
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const item of a) {
    const next = [0];
    for (const [index, other] of b.entries()) {
      next.push(item === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
