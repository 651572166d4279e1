import type { Change } from '../core/change.ts';
import type { HelmOperation } from '../core/plan.ts';
import type { RunEvent } from './events.ts';
import { checkAsShown } from './execute.ts';
import type { Cluster, HelmReleases } from './ports.ts';

export interface HelmContext {
  readonly cluster: Cluster;
  readonly helm: Pick<HelmReleases, 'run'> | undefined;
  /** Milliseconds since the run began. */
  readonly at: () => number;
  readonly progress: { done: number };
}

/**
 * One run of Helm, which makes all of these changes, if every object still is as it was shown.
 * @throws Moved when one is not; UpgradeError when Helm does not succeed
 */
export async function* runHelm(
  operation: HelmOperation,
  changes: readonly Change[],
  { cluster, helm, at, progress }: HelmContext,
): AsyncGenerator<RunEvent> {
  if (helm === undefined) throw new Error(`nothing is there to run helm ${operation.does.run}`);
  await Promise.all(changes.map((change) => checkAsShown(change, cluster)));
  yield { event: 'helm-started', operation, changes: changes.length, at: at() };
  for await (const line of helm.run(operation)) yield { event: 'helm-said', line, at: at() };
  progress.done += changes.length;
  for (const change of changes) yield { event: 'change-done', change, outcome: 'written', at: at() };
}
