import { afterOf, beforeOf, type Change, type Op } from '../core/change.ts';
import { refText } from '../core/object.ts';
import type { Mention, Plan } from '../core/plan.ts';
import { type Problem, type Severity, worstFirst } from '../core/problem.ts';
import type { DiffLine } from '../diff/diff-line.ts';
import { escapeControls } from '../diff/escape.ts';
import { diffLines, diffStat } from '../diff/object-diff.ts';
import { conflictText, marks, stepsText, whyText } from './change-words.ts';
import { diffLineText } from './diff-text.ts';
import { helmSection } from './helm-text.ts';
import { mtlsSections } from './mtls-text.ts';
import { begunRestarts, summary } from './plan-summary.ts';
import type { Style } from './style.ts';
import { borderless } from './table.ts';

export interface PlanTextOptions {
  readonly style: Style;
  readonly contextLines?: number | undefined;
  readonly showManagedFields?: boolean | undefined;
  /** Diffs are left out: the table and the findings only. */
  readonly quiet?: boolean | undefined;
  /** Another program shows the lines that differ. */
  readonly isDiffElsewhere?: boolean | undefined;
}

const OP_SIGN: Readonly<Record<Op, string>> = { create: '+', update: '~', replace: '±', delete: '-' };
const OP_STYLE: Readonly<Record<Op, keyof Style>> = {
  create: 'added',
  update: 'warning',
  replace: 'warning',
  delete: 'removed',
};

/** A whole plan as a screen of text: where from and where to, a table, what was found, every difference, a summary. */
export function planText(plan: Plan, options: PlanTextOptions): string {
  const { style } = options;
  const diffs = new Map(plan.changes.map((change) => [change, linesOf(change, options)]));
  const sections = [
    header(plan, style),
    ...(plan.changes.length === 0 ? [] : [table(plan.changes, diffs, style)]),
    ...problemsSection(plan.problems, style),
    ...(options.quiet ? [] : plan.changes.map((change) => changeSection(change, diffs.get(change) ?? [], options))),
    ...helmSection(plan, style),
    ...mtlsSections(plan, style),
    ...mentions('Restarted already, by an earlier run', begunRestarts(plan), style),
    ...mentions('Left with their sidecar', plan.dataPlane?.leftAlone ?? [], style),
    ...mentions('Not applied', plan.skipped, style),
    ...mentions('Left behind by the installed release (deleted only with --prune)', plan.leftovers, style),
    summary(plan),
  ];
  return `${sections.join('\n\n')}\n`;
}

function linesOf(change: Change, { contextLines, showManagedFields }: PlanTextOptions): readonly DiffLine[] {
  return diffLines(beforeOf(change), afterOf(change), {
    ...(contextLines === undefined ? {} : { contextLines }),
    ...(showManagedFields === undefined ? {} : { showManagedFields }),
  });
}

function header({ from, to, istioNamespace, cluster }: Plan, style: Style): string {
  const way = from === to ? `Istio ${to}` : `Istio ${from} → ${to}`;
  const where = `control plane in ${istioNamespace}, ${cluster.address} (Kubernetes ${cluster.version})`;
  return `${style.bold(escapeControls(way))}  ${escapeControls(where)}`;
}

function table(changes: readonly Change[], diffs: ReadonlyMap<Change, readonly DiffLine[]>, style: Style): string {
  const rows: string[][] = [];
  for (const change of changes) {
    const { added, removed } = diffStat(diffs.get(change) ?? []);
    rows.push([
      change.phase,
      style[OP_STYLE[change.op]](change.op),
      escapeControls(refText(change.ref)),
      String(added),
      String(removed),
      marks(change),
    ]);
  }
  return borderless(['PHASE', 'CHANGE', 'OBJECT', '+', '-', ''], rows, [
    'left',
    'left',
    'left',
    'right',
    'right',
    'left',
  ]);
}

const SEVERITY_STYLE: Readonly<Record<Severity, keyof Style>> = { blocker: 'error', warning: 'warning', note: 'dim' };

function problemsSection(problems: readonly Problem[], style: Style): string[] {
  if (problems.length === 0) return [];
  return [
    worstFirst(problems)
      .map((problem) => problemText(problem, style))
      .join('\n'),
  ];
}

export function problemText({ id, severity, message, hint }: Problem, style: Style): string {
  const first = `${style[SEVERITY_STYLE[severity]](severity)}: ${escapeControls(message)} ${style.dim(`[${id}]`)}`;
  return hint === undefined ? first : `${first}\n  hint: ${escapeControls(hint)}`;
}

function changeSection(
  change: Change,
  lines: readonly DiffLine[],
  { style, isDiffElsewhere }: PlanTextOptions,
): string {
  const title = `${OP_SIGN[change.op]} ${change.op} ${escapeControls(refText(change.ref))}`;
  return [
    `${style.bold(title)}  ${style.dim(`${change.phase}: ${escapeControls(whyText(change))}`)}`,
    ...change.notes.map((note) => `  ${escapeControls(note)}`),
    ...change.conflicts.map((conflict) => `  ${escapeControls(conflictText(conflict))}`),
    `  ${style.dim(`steps: ${escapeControls(stepsText(change))}`)}`,
    ...(lines.length === 0 ? ['  only ownership and the record of what was applied change'] : []),
    ...(isDiffElsewhere ? [] : lines.map((line) => diffLineText(line, style))),
  ].join('\n');
}

function mentions(title: string, list: readonly Mention[], style: Style): string[] {
  if (list.length === 0) return [];
  return [
    [
      `${title}:`,
      ...list.map(({ ref, why }) => `  ${escapeControls(refText(ref))}  ${style.dim(escapeControls(why))}`),
    ].join('\n'),
  ];
}
