import { sameJson } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import type { DiffLine } from './diff-line.ts';
import { escapeControls } from './escape.ts';
import { foldLines } from './fold-lines.ts';
import { hunksOf } from './hunks.ts';
import { lineEdits } from './line-edits.ts';
import type { NormaliseOptions } from './normalise.ts';
import { objectYaml } from './object-yaml.ts';
import { shownPair } from './shown-pair.ts';

export interface DiffOptions extends NormaliseOptions {
  /** Unchanged lines around each difference. */
  readonly contextLines?: number | undefined;
}

/**
 * What becomes of an object, as a unified diff of its YAML, without noise, without secret values and without control characters.
 * Lists are compared in their order: it has a meaning where variables refer to each other and where containers start one by one.
 * @param before undefined where the object is created
 * @param after undefined where it is deleted
 * @returns no line at all where nothing differs
 */
export function diffLines(
  before: K8sObject | undefined,
  after: K8sObject | undefined,
  options: DiffOptions = {},
): DiffLine[] {
  const shown = shownPair(before, after, options);
  if (sameJson(shown.before, shown.after)) return [];
  const lines = unifiedDiff(objectYaml(shown.before, shown.after), objectYaml(shown.after, shown.before), options);
  return foldLines(lines).map(({ kind, text }) => ({ kind, text: escapeControls(text) }));
}

export function diffStat(lines: readonly DiffLine[]): { readonly added: number; readonly removed: number } {
  const count = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length;
  return { added: count('added'), removed: count('removed') };
}

function unifiedDiff(before: string, after: string, { contextLines = 3 }: DiffOptions): DiffLine[] {
  if (before === '' || after === '') return wholeDiff(before, after);
  return hunksOf(lineEdits(linesOf(before), linesOf(after)), contextLines).flatMap(
    ({ beforeStart, afterStart, edits }) => {
      const length = (side: 'added' | 'removed') =>
        edits.filter(({ kind }) => kind === 'context' || kind === side).length;
      return [hunkHeader(range(beforeStart, length('removed')), range(afterStart, length('added'))), ...edits];
    },
  );
}

/** All of one text away and all of the other in its place. */
function wholeDiff(before: string, after: string): DiffLine[] {
  const removed = linesOf(before).map((text) => ({ kind: 'removed' as const, text }));
  const added = linesOf(after).map((text) => ({ kind: 'added' as const, text }));
  return [hunkHeader(range(1, removed.length), range(1, added.length)), ...removed, ...added];
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function hunkHeader(before: string, after: string): DiffLine {
  return { kind: 'hunk', text: `@@ -${before} +${after} @@` };
}

/** An empty range is named by the line before it. */
function range(start: number, length: number): string {
  return `${length === 0 ? start - 1 : start},${length}`;
}
