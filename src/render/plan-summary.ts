import type { Op } from '../core/change.ts';
import { counted, countedAre } from '../core/counted.ts';
import type { Mention, Plan, Restart } from '../core/plan.ts';

/** One sentence: how much of what. */
export function summary({ changes, unchanged, problems, phases, dataPlane, helm = [] }: Plan): string {
  const restarts = dataPlane?.restarts.length ?? 0;
  if (changes.length + restarts + helm.length === 0)
    return `nothing to do: ${countedAre(unchanged.length, 'object')} as ${unchanged.length === 1 ? 'it' : 'they'} should be (phases ${phases.join(', ')})`;
  const count = (op: Op) => changes.filter((change) => change.op === op).length;
  const blocking = problems.filter(({ severity }) => severity === 'blocker').length;
  const parts = [
    `${count('create')} to create`,
    `${count('update')} to update`,
    `${count('replace')} to replace`,
    `${count('delete')} to delete`,
    `${unchanged.length} unchanged`,
    ...helm.map(({ does, release }) => `helm ${does.run} ${release}`),
    ...(restarts === 0 ? [] : [`${counted(restarts, 'workload')} to bring to the new sidecar`]),
  ];
  return `plan: ${parts.join(', ')}${blocking === 0 ? '' : `; ${blocking} blocking`}`;
}

/** What an earlier run began: nothing is written, and it is not done before it is ready. */
export function begunRestarts({ dataPlane }: Plan): readonly Mention[] {
  const begun = (dataPlane?.restarts ?? []).filter(({ isBegun }) => isBegun);
  const why = (way: Restart['way']) =>
    way === 'evict' ? 'evicting its pods goes on' : 'its rollout is waited for, and its pods are checked';
  return begun.map(({ ref, way }) => ({ ref, why: why(way) }));
}
