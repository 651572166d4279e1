import type { Change } from '../core/change.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResource, type ApiResources, findResource } from '../core/resources.ts';
import { find, type Snapshot } from '../core/snapshot.ts';
import type { Desired } from '../plan/fold-wishes.ts';
import type { ProposeContext } from '../plan/propose.ts';
import { controllerOf } from '../plan/replicas.ts';
import { webhookAgainstDryRun } from '../plan/webhooks.ts';
import type { Predicted } from './predict.ts';
import { hasServerSideApply, NO_SERVER_SIDE_APPLY } from './server-side-apply.ts';

export interface ProposeInputs {
  readonly snapshot: Snapshot;
  readonly resources: ApiResources;
  /** All of the snapshot. */
  readonly replicaSets: readonly K8sObject[];
  readonly isTaken: (ref: ObjectRef, path: string) => boolean;
  readonly lost?: ReadonlyMap<string, K8sObject> | undefined;
}

/** What is there of an object, and beside it. */
export function proposeContext(
  desired: Desired,
  { snapshot, resources, replicaSets, isTaken, lost }: ProposeInputs,
): ProposeContext {
  const isHere = ({ metadata }: K8sObject) => metadata.namespace === desired.ref.namespace;
  return {
    resource: resourceOf(desired, resources),
    live: find(snapshot, desired.ref),
    replicaSets: {
      controlled: replicaSets.filter(
        (set) => isHere(set) && desired.ref.kind === 'Deployment' && controllerOf(set) === desired.ref.name,
      ),
      orphaned: replicaSets.filter((set) => isHere(set) && controllerOf(set) === undefined),
    },
    isTaken,
    lost: lost?.get(refText(desired.ref)),
  };
}

/** @throws UpgradeError (exit 3) where the server does not serve it */
export function resourceOf(
  { ref, apiVersion }: Pick<Desired, 'ref' | 'apiVersion'>,
  resources: ApiResources,
): ApiResource {
  const found = findResource(resources, apiVersion, ref.kind);
  if (!found) {
    throw new UpgradeError(`this server does not serve ${apiVersion} ${ref.kind}, which ${refText(ref)} needs`, {
      hint: 'is its CustomResourceDefinition among the files?',
      exit: EXIT.blocked,
    });
  }
  return found;
}

/** Why an object cannot be tried on the server, if so. */
export function whyNot(
  { resource }: { readonly resource: ApiResource },
  {
    snapshot,
    served,
    version,
  }: { readonly snapshot: Snapshot; readonly served: ApiResources; readonly version: string },
): string | undefined {
  if (!hasServerSideApply(version)) return NO_SERVER_SIDE_APPLY;
  if (!served.all.includes(resource)) return 'its CustomResourceDefinition comes with this plan';
  const webhook = webhookAgainstDryRun(snapshot, resource);
  return webhook === undefined ? undefined : `webhook ${webhook} does not support dry-runs`;
}

/** What is wrong with a prediction, and every conflict that it leaves. */
export function problemsOf(result: Predicted): readonly Problem[] {
  const conflicts: readonly Change['conflicts'][number][] =
    result.kind === 'change' ? result.change.conflicts : result.conflicts;
  const ref = result.kind === 'change' ? result.change.ref : result.ref;
  const left = conflicts.filter(({ taken }) => !taken);
  return [
    ...result.problems,
    ...left.map(
      ({ owner, path }): Problem => ({
        id: 'field-conflict',
        severity: 'warning',
        ref,
        message: `${refText(ref)}: ${path} is owned by "${owner}"`,
        hint: `left to its owner (default); take it over with --take ${refText(ref)}:${path}`,
      }),
    ),
  ];
}
