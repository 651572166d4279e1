import type { CheckReport } from '../app/check-mesh.ts';
import { counted } from '../core/counted.ts';
import { refText } from '../core/object.ts';
import { escapeControls } from '../diff/escape.ts';
import { dataJson } from './data-text.ts';
import { problemText } from './plan-text.ts';
import type { Style } from './style.ts';

/** What was found, worst first, and a sentence that counts it. */
export function reportText(report: CheckReport, style: Style): string {
  const { from, to, istioNamespace, cluster, problems } = report;
  const where = `control plane in ${istioNamespace}, ${cluster.address} (Kubernetes ${cluster.version})`;
  const head = `${style.bold(escapeControls(to === undefined || to === from ? `Istio ${from}` : `Istio ${from} → ${to}`))}  ${escapeControls(where)}`;
  const found = problems.map((problem) => problemText(problem, style)).join('\n');
  return `${[head, ...(found === '' ? [] : [found]), summary(report)].join('\n\n')}\n`;
}

function summary({ checks, problems }: CheckReport): string {
  if (problems.length === 0) return `check: nothing was found by ${counted(checks.length, 'check')}`;
  const count = (severity: string) => problems.filter((problem) => problem.severity === severity).length;
  return `check: ${count('blocker')} blocking, ${counted(count('warning'), 'warning')}, ${counted(count('note'), 'note')}; more with --explain ID`;
}

export function reportJson({ problems, ...report }: CheckReport): string {
  const findings = problems.map(({ ref, ...problem }) => ({
    ...problem,
    object: ref === undefined ? undefined : refText(ref),
  }));
  return dataJson({ ...report, problems: findings });
}

/** What `--explain` tells of one kind of finding. */
export interface Explained {
  readonly id: string;
  readonly severity: string;
  readonly docs: string;
  readonly explain: string;
  readonly whyNotIgnored?: string;
}

/** All about one kind of finding. */
export function explainText({ id, severity, explain, docs, whyNotIgnored }: Explained): string {
  const ignoring = severity === 'blocker' || whyNotIgnored !== undefined ? [ignoringText(id, whyNotIgnored)] : [];
  return `${[`${id} (${severity})`, explain, ...ignoring, docs].join('\n\n')}\n`;
}

function ignoringText(id: string, whyNot: string | undefined): string {
  return whyNot === undefined ? `It does not block with --ignore ${id}.` : `It cannot be ignored: ${whyNot}.`;
}
