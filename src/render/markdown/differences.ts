import { afterOf, beforeOf, type Change } from '../../core/change.ts';
import { refText } from '../../core/object.ts';
import type { Plan } from '../../core/plan.ts';
import type { DiffLine } from '../../diff/diff-line.ts';
import { type DiffOptions, diffLines, diffStat } from '../../diff/object-diff.ts';
import { conflictText, stepsText, whyText } from '../change-words.ts';
import { diffLineText } from '../diff-text.ts';
import { PLAIN } from '../style.ts';
import { bullets, details, fenced } from './blocks.ts';
import { code, htmlCode, prose } from './inline.ts';
import { GITHUB_LIMIT, sizeOf } from './limit.ts';
import { link } from './link.ts';

/** A change with its diff, and both as a part of a report. */
export interface Difference {
  readonly change: Change;
  readonly lines: readonly DiffLine[];
}

export function differencesOf({ changes }: Plan, options: DiffOptions): readonly Difference[] {
  return changes.map((change) => ({ change, lines: diffLines(beforeOf(change), afterOf(change), options) }));
}

interface Part {
  readonly difference: Difference;
  readonly text: string;
  readonly size: number;
}

const TITLE = '### Differences';
/** Between two blocks. */
const GAP = sizeOf('\n\n');

/**
 * The diffs that still fit behind a report, in the plan's order, and which do not: the release's whole CustomResourceDefinitions go
 * first, then the largest.
 * @param used the size of the report
 * @param seeAll how a person sees them all
 */
export function differencesSection(
  differences: readonly Difference[],
  used: number,
  seeAll: string,
): readonly string[] {
  if (differences.length === 0) return [];
  const parts = differences.map(partOf);
  const ranked = [...parts].sort((a, b) => rank(a) - rank(b) || a.size - b.size);
  const room = GITHUB_LIMIT - used - sizeOf(TITLE) - GAP;
  const shown = mostThatFit(ranked, room, seeAll);
  if (shown === undefined)
    return [leftOutInAll(parts, seeAll)].filter((text) => sizeOf(text) + GAP <= GITHUB_LIMIT - used);
  const kept = new Set(ranked.slice(0, shown));
  const left = parts.filter((part) => !kept.has(part));
  return [
    TITLE,
    ...(left.length === 0 ? [] : [leftOut(left, seeAll)]),
    ...parts.filter((part) => kept.has(part)).map(({ text }) => text),
  ];
}

/** How many of the first fit, together with a line for each of the others; undefined where not even those lines do. */
function mostThatFit(ranked: readonly Part[], room: number, seeAll: string): number | undefined {
  let size = ranked.reduce((sum, part) => sum + part.size + GAP, 0);
  if (size <= room) return ranked.length;
  size += sizeOf(leftOut([], seeAll)) + GAP;
  for (let shown = ranked.length; shown > 0; shown -= 1) {
    const part = ranked[shown - 1];
    if (size <= room || part === undefined) return shown;
    size += sizeOf(`\n${leftOutLine(part)}`) - part.size - GAP;
  }
  return size <= room ? 0 : undefined;
}

function rank({ difference: { change } }: Part): number {
  return change.phase === 'crds' && change.op === 'create' ? 1 : 0;
}

function partOf(difference: Difference): Part {
  const { change, lines } = difference;
  const text = details(`${change.op} ${htmlCode(refText(change.ref))}${stat(lines)}`, body(difference));
  return { difference, text, size: sizeOf(text) };
}

function stat(lines: readonly DiffLine[]): string {
  const { added, removed } = diffStat(lines);
  return ` (+${added} −${removed})`;
}

function body({ change, lines }: Difference): string {
  const facts = [
    `${change.phase}: ${prose(whyText(change))}${docs(change)}`,
    ...change.notes.map(prose),
    ...change.conflicts.map((conflict) => prose(conflictText(conflict))),
    `steps: ${prose(stepsText(change))}`,
  ];
  const diff = lines.map((line) => diffLineText(line, PLAIN)).join('\n');
  const shown = diff === '' ? 'Only ownership and the record of what was applied change.' : fenced('diff', diff);
  return `${bullets(facts)}\n\n${shown}`;
}

function docs({ because }: Change): string {
  const urls = [...new Set(because.map((reason) => reason.docs))];
  return urls.length === 0 ? '' : ` (${urls.map((url) => link('docs', url)).join(', ')})`;
}

function leftOut(parts: readonly Part[], seeAll: string): string {
  const title = `Left out here, since a comment on GitHub holds ${GITHUB_LIMIT} characters; ${seeAll}:`;
  return [title, '', ...parts.map(leftOutLine)].join('\n');
}

function leftOutLine({ difference: { change, lines }, size }: Part): string {
  return `- ${change.op} ${code(refText(change.ref))}${stat(lines)}, ${size} characters`;
}

function leftOutInAll(parts: readonly Part[], seeAll: string): string {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return `${TITLE}\n\nAll ${parts.length} are left out, since a comment on GitHub holds ${GITHUB_LIMIT} characters and they have ${size}; ${seeAll}.`;
}
