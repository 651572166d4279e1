import type { Change } from '../core/change.ts';
import type { Plan } from '../core/plan.ts';
import type { RunChange, RunRecord } from '../core/run.ts';

/** What a plan says about the run that carries it out, for the way back. */
export function plannedRun({
  from,
  to,
  istioNamespace,
  phases,
  ignored,
  changes,
  dataPlane,
  helm = [],
}: Plan): Pick<
  RunRecord,
  'from' | 'to' | 'istioNamespace' | 'phases' | 'ignored' | 'isHelms' | 'changes' | 'restarts'
> {
  const restarts = dataPlane?.restarts ?? [];
  return {
    from,
    to,
    istioNamespace,
    phases,
    ignored,
    isHelms: helm.length > 0,
    changes: changes.map(runChange),
    restarts,
  };
}

function runChange({ ref, phase, stage, steps }: Change): RunChange {
  const via = steps.find((step) => step.do === 'prepare')?.after;
  return { ref, phase, stage, ...(via === undefined ? {} : { via }) };
}
