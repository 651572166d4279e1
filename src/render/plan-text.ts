import { afterOf, beforeOf, type Change, type Op, type Step } from '../core/change.ts';
import { refText } from '../core/object.ts';
import type { Mention, Plan, Restart } from '../core/plan.ts';
import type { Problem, Severity } from '../core/problem.ts';
import type { DiffLine } from '../diff/diff-line.ts';
import { escapeControls } from '../diff/escape.ts';
import { diffLines, diffStat } from '../diff/object-diff.ts';
import { pathCount } from './count-fields.ts';
import { diffLineText } from './diff-text.ts';
import { helmSection } from './helm-text.ts';
import { mtlsSections } from './mtls-text.ts';
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
    ...begunRestarts(plan, style),
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

/** What a reader of the table should not miss about a change. */
function marks({ conflicts, op, phase, prediction, stage, steps }: Change): string {
  const left = conflicts.filter(({ taken }) => !taken).length;
  return [
    ...(left === 0 ? [] : [`${left} ${left === 1 ? 'conflict' : 'conflicts'}`]),
    ...(prediction === 'memory' ? ['predicted in memory'] : []),
    ...(steps.some((step) => step.do === 'helm') ? ['by Helm'] : []),
    ...(stage === 'prepare' ? ['first'] : []),
    ...(stage === 'settled' ? [lateMark(op, steps)] : []),
    ...(stage === 'clean-up' && phase === 'config' ? ['last in its phase'] : []),
    ...(stage === 'after-rollout' ? ['after the rollout'] : []),
  ].join(', ');
}

function lateMark(op: Op, steps: Change['steps']): string {
  if (op === 'delete') return 'once its replacement is in force';
  return steps.some((step) => step.do === 'prepare') ? 'in two stages' : 'once the rest is in force';
}

const SEVERITY_STYLE: Readonly<Record<Severity, keyof Style>> = { blocker: 'error', warning: 'warning', note: 'dim' };
const SEVERITIES: readonly Severity[] = ['blocker', 'warning', 'note'];

function problemsSection(problems: readonly Problem[], style: Style): string[] {
  if (problems.length === 0) return [];
  const sorted = SEVERITIES.flatMap((severity) => problems.filter((problem) => problem.severity === severity));
  return [sorted.map((problem) => problemText(problem, style)).join('\n')];
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
  const why = [...new Set(change.because.map((reason) => reason.why))].join('; ');
  return [
    `${style.bold(title)}  ${style.dim(`${change.phase}: ${escapeControls(why)}`)}`,
    ...change.notes.map((note) => `  ${escapeControls(note)}`),
    ...change.conflicts.map(
      ({ owner, path, taken }) =>
        `  ${taken ? 'takes' : 'leaves'} ${escapeControls(path)} ${taken ? 'from' : 'to'} its owner "${escapeControls(owner)}"`,
    ),
    `  ${style.dim(`steps: ${escapeControls(change.steps.map(stepText).join(', then '))}`)}`,
    ...(lines.length === 0 ? ['  only ownership and the record of what was applied change'] : []),
    ...(isDiffElsewhere ? [] : lines.map((line) => diffLineText(line, style))),
  ].join('\n');
}

function stepText(step: Step): string {
  switch (step.do) {
    case 'hand-over':
      return `take over ${countText(pathCount(step.fields), 'field')} from ${step.from.join(', ') || 'whoever wrote them before the server kept a record'}`;
    case 'prepare':
      return 'apply a first form before anything rests on it';
    case 'apply':
      return 'apply';
    case 'orphan':
      return 'delete and leave its ReplicaSets running';
    case 'create':
      return 'create';
    case 'delete':
      return 'delete';
    case 'delete-orphan':
      return 'delete, unless a Deployment has adopted it';
    case 'restore':
      return 'put it back as it was, and its fields to their owners';
    case 'evict':
      return 'evict its pods one at a time';
    case 'rewrite':
      return 'keep it on disk as it is, then write it';
    case 'helm':
      return `Helm's run for release ${step.release}`;
  }
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
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

/** What an earlier run began: nothing is written, and it is not done before it is ready. */
function begunRestarts({ dataPlane }: Plan, style: Style): string[] {
  const begun = (dataPlane?.restarts ?? []).filter(({ isBegun }) => isBegun);
  const why = (way: Restart['way']) =>
    way === 'evict' ? 'evicting its pods goes on' : 'its rollout is waited for, and its pods are checked';
  return mentions(
    'Restarted already, by an earlier run',
    begun.map(({ ref, way }) => ({ ref, why: why(way) })),
    style,
  );
}

/** One sentence: how much of what. */
export function summary({ changes, unchanged, problems, phases, dataPlane, helm = [] }: Plan): string {
  const restarts = dataPlane?.restarts.length ?? 0;
  if (changes.length + restarts + helm.length === 0)
    return `nothing to do: ${unchanged.length} objects are as they should be (phases ${phases.join(', ')})`;
  const count = (op: Op) => changes.filter((change) => change.op === op).length;
  const blocking = problems.filter(({ severity }) => severity === 'blocker').length;
  const parts = [
    `${count('create')} to create`,
    `${count('update')} to update`,
    `${count('replace')} to replace`,
    `${count('delete')} to delete`,
    `${unchanged.length} unchanged`,
    ...helm.map(({ does, release }) => `helm ${does.run} ${release}`),
    ...(restarts === 0 ? [] : [`${restarts} ${restarts === 1 ? 'workload' : 'workloads'} to bring to the new sidecar`]),
  ];
  return `plan: ${parts.join(', ')}${blocking === 0 ? '' : `; ${blocking} blocking`}`;
}
