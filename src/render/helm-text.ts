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

function operationText({ phase, release, namespace, chart, revision, does }: HelmOperation, style: Style): string {
  const what =
    does.run === 'upgrade'
      ? `from revision ${revision} to chart ${chart}`
      : `from revision ${revision} back to ${does.to}, chart ${chart}`;
  const where = style.dim(`${phase}, namespace ${escapeControls(namespace)}, without hooks`);
  return `${style.bold(`helm ${does.run} ${escapeControls(release)}`)}  ${escapeControls(what)}  ${where}`;
}
