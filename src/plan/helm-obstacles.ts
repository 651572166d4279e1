import { type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import type { HelmOperation } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Desired } from './fold-wishes.ts';
import { isMarkedByHelm } from './helm-objects.ts';

/**
 * What stands in Helm's way at one object, or what Helm's run leaves undone of it.
 * @param unrecorded the live object, where the revision that the run starts from does not have it
 * @returns blockers where Helm would fail, warnings where it would not do all that is wished
 * @see https://github.com/helm/helm/blob/v3.17.1/pkg/action/validate.go `checkOwnership`
 */
export function helmObstacles(
  desired: Desired,
  unrecorded: K8sObject | undefined,
  operation: HelmOperation,
): readonly Problem[] {
  const refused = unrecorded === undefined ? [] : notImportable(desired.ref, unrecorded, operation);
  return [...besides(desired), ...refused];
}

/** Other rules' wishes for an object of the release: Helm's next run would not know of them. */
function besides({ ref, set, remove }: Desired): readonly Problem[] {
  if (set === undefined && remove === undefined) return [];
  return [
    {
      id: 'left-to-helm',
      severity: 'warning',
      ref,
      message: `${refText(ref)} is Helm's, and what another rule would change of it is left`,
      hint: "say it in the chart's values, or change it once the upgrade is through",
    },
  ];
}

/** Helm refuses to take over what it did not install; going back, it fails at whatever the newer revision does not have. */
function notImportable(ref: ObjectRef, live: K8sObject, operation: HelmOperation): readonly Problem[] {
  const { release, namespace, revision, does } = operation;
  if (does.run === 'rollback')
    return [
      {
        id: 'not-in-newer-revision',
        severity: 'blocker',
        ref,
        message: `${refText(ref)} is there, and revision ${revision} does not have it: helm rollback fails at such an object`,
        hint: 'keep a copy of it and delete it: helm rollback makes it anew',
      },
    ];
  if (isMarkedByHelm(live, { release, namespace })) return [];
  return [
    {
      id: 'not-helms',
      severity: 'blocker',
      ref,
      message: `${refText(ref)} exists and is not of Helm's release ${release}: Helm would refuse to take it over`,
      hint: `label it app.kubernetes.io/managed-by=Helm and annotate it meta.helm.sh/release-name=${release} and meta.helm.sh/release-namespace=${namespace}; or delete it`,
    },
  ];
}
