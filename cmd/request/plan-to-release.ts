import { makePlan } from '../../src/app/make-plan.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { Phase } from '../../src/core/phase.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Problem } from '../../src/core/problem.ts';
import { HOPS } from '../../src/hops/index.ts';
import type { Opened } from '../open-cluster.ts';
import type { Shell } from '../shell.ts';
import { readTarget } from './read-target.ts';

export interface ReleaseBack {
  readonly filename?: readonly string[] | undefined;
  readonly phases: readonly Phase[] | undefined;
  readonly istioNamespace: string;
  readonly prune: boolean;
  readonly isTaken: Parameters<typeof makePlan>[0]['isTaken'];
}

// The newer CustomResourceDefinitions serve the old release as well, and objects may be stored in what only they have.
const DEFAULT: readonly Phase[] = ['control-plane'];

/**
 * Back to the old release's manifests, as its documentation has it: nothing is known of what was there between.
 * @throws UpgradeError (exit 2) for phases of which manifests say nothing
 */
export async function planToRelease(
  { filename, phases = DEFAULT, istioNamespace, prune, isTaken }: ReleaseBack,
  shell: Shell,
  { cluster }: Opened,
): Promise<Plan> {
  const [other] = phases.filter((phase) => phase !== 'crds' && phase !== 'control-plane');
  if (other !== undefined)
    throw new UpgradeError(`phase ${other}: the old manifests do not say what was there before`, {
      exit: EXIT.usage,
      hint:
        other === 'data-plane'
          ? 'afterwards: kubectl istio-upgrade apply --phase data-plane'
          : 'take the run back instead, see: kubectl istio-upgrade history',
    });
  const target = await readTarget(filename, shell);
  const request = { target, istioNamespace, phases, prune, isTaken, isBack: true, willWrite: true } as const;
  const plan = await makePlan({ ...request, removeAnnotations: false, ignored: [] }, cluster, HOPS);
  return { ...plan, problems: [...plan.problems, STAYS] };
}

const STAYS: Problem = {
  id: 'not-undone',
  severity: 'note',
  message:
    'stays as the upgrade left it: migrated configuration, sidecars, and CustomResourceDefinitions that the old release does not have',
  hint: 'a run that is kept goes back exactly, see: kubectl istio-upgrade history',
};
