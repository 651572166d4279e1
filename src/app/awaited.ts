import { type ObjectRef, refText } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { Awaited, Plan } from '../core/plan.ts';
import type { ApiResources } from '../core/resources.ts';
import type { Desired } from '../plan/fold-wishes.ts';
import { resourceOf } from './proposing.ts';

/** Kinds whose rollout a phase waits for. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** All of the target's CustomResourceDefinitions and workloads are waited for, changed or not. */
export function awaitedBy(
  desired: readonly Desired[],
  resources: ApiResources,
  phases: readonly Phase[],
): Plan['awaited'] {
  const awaited = (phase: Phase, kinds: readonly string[]): readonly Awaited[] =>
    phases.includes(phase)
      ? desired
          .filter((one) => one.phase === phase && !one.isAbsent && kinds.includes(one.ref.kind))
          .map((one) => ({ ref: one.ref, resource: resourceOf(one, resources) }))
          .sort((a, b) => byText(a.ref, b.ref))
      : [];
  return {
    crds: awaited('crds', ['CustomResourceDefinition']),
    config: [],
    'control-plane': awaited('control-plane', WORKLOADS),
    'data-plane': [],
  };
}

/** The order of references' texts. */
export function byText(a: ObjectRef, b: ObjectRef): number {
  return refText(a) < refText(b) ? -1 : 1;
}
