import type { K8sObject } from '../core/object.ts';
import type { DiffLine } from '../diff/diff-line.ts';
import { diffLines } from '../diff/object-diff.ts';
import type { Style } from './style.ts';

/** The difference between two states of an object, as text that ends in a line break. */
export function diffText(before: K8sObject | undefined, after: K8sObject | undefined, style: Style): string {
  return diffLines(before, after)
    .map((line) => `${diffLineText(line, style)}\n`)
    .join('');
}

export function diffLineText({ kind, text }: DiffLine, style: Style): string {
  switch (kind) {
    case 'added':
      return style.added(`+${text}`);
    case 'removed':
      return style.removed(`-${text}`);
    case 'hunk':
      return style.hunk(text);
    case 'context':
      return ` ${text}`;
  }
}
