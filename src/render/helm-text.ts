import type { HelmOperation, Plan } from '../core/plan.ts';
import { escapeControls } from '../diff/escape.ts';
import type { Style } from './style.ts';

/** What Helm is asked to do, a line a release. */
export function helmSection({ helm = [] }: Plan, style: Style): string[] {
  if (helm.length === 0) return [];
  return [
    [
      'Runs of Helm, each making all changes marked "by Helm" of its phase:',
      ...helm.map((one) => `  ${operationText(one, style)}`),
    ].join('\n'),
  ];
}

function operationText(operation: HelmOperation, style: Style): string {
  const { command, what, where } = operationWords(operation);
  return `${style.bold(escapeControls(command))}  ${escapeControls(what)}  ${style.dim(escapeControls(where))}`;
}

/** One run of Helm: what is asked of it, what it changes, where. */
export function operationWords({ phase, release, namespace, chart, revision, does }: HelmOperation) {
  const what =
    does.run === 'upgrade'
      ? `from revision ${revision} to chart ${chart}`
      : `from revision ${revision} back to ${does.to}, chart ${chart}`;
  return { command: `helm ${does.run} ${release}`, what, where: `${phase}, namespace ${namespace}, without hooks` };
}
