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
const WHY = `GitHub takes no more than ${GITHUB_LIMIT} characters; \`kubectl istio-upgrade plan\` with the flags above shows everything`;
/** Between two blocks. */
const GAP = sizeOf('\n\n');

/**
 * The diffs that still fit behind a report, in the plan's order, and which do not. Those of workloads, of users' configuration and of
 * what is replaced or deleted have the room first, then other updates, then what is created, then the release's definitions; the
 * smallest of each first.
 * @param used the size of the report
 */
export function differencesSection(differences: readonly Difference[], used: number): readonly string[] {
  if (differences.length === 0) return [];
  const parts = differences.map(partOf);
  const shown = shownOf(parts, GITHUB_LIMIT - used - sizeOf(TITLE) - GAP);
  if (shown === undefined)
    return [`${TITLE}\n\n${leftOutInAll(parts)}`].filter((text) => sizeOf(text) + GAP <= GITHUB_LIMIT - used);
  const left = parts.filter((part) => !shown.has(part));
  const texts = parts.filter((part) => shown.has(part)).map(({ text }) => text);
  return [TITLE, ...(left.length === 0 ? [] : [leftOut(left)]), ...texts];
}

/** Those that there is room for together with a line for each of the others; undefined where not even those lines fit. */
function shownOf(parts: readonly Part[], room: number): ReadonlySet<Part> | undefined {
  const whole = parts.reduce((sum, { size }) => sum + size + GAP, 0);
  if (whole <= room) return new Set(parts);
  let size = sizeOf(leftOut(parts)) + GAP;
  if (size > room) return undefined;
  const shown = new Set<Part>();
  for (const part of [...parts].sort((a, b) => rank(a) - rank(b) || a.size - b.size)) {
    const more = part.size + GAP - sizeOf(`${leftOutLine(part)}\n`);
    if (size + more > room) continue;
    size += more;
    shown.add(part);
  }
  return shown;
}

function rank({ difference: { change } }: Part): number {
  const { phase, op, ref } = change;
  if (phase === 'config' || op === 'replace' || op === 'delete' || ref.group === 'apps') return 0;
  if (op === 'update') return 1;
  return phase === 'crds' ? 3 : 2;
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

function leftOut(parts: readonly Part[]): string {
  return [`Left out here, since ${WHY}:`, '', ...parts.map(leftOutLine)].join('\n');
}

function leftOutLine({ difference: { change, lines }, size }: Part): string {
  return `- ${change.op} ${code(refText(change.ref))}${stat(lines)}, ${size} characters`;
}

function leftOutInAll(parts: readonly Part[]): string {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return `All ${parts.length} of them, ${size} characters, are left out here, since ${WHY}.`;
}
