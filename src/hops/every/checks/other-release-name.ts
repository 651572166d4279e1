import { labelsOf, type ObjectRef, refText } from '../../../core/object.ts';
import { find } from '../../../core/snapshot.ts';
import type { Check, CheckContext, Finding } from '../../../plan/check.ts';
import { targetMesh } from './target-mesh.ts';

interface Difference {
  readonly ref: ObjectRef;
  readonly was: string;
  readonly is: string | undefined;
}

/** A target that was rendered under another release name than the mesh has: selectors hold it (charts/gateways/templates/service.yaml@1.1.17). */
export const otherReleaseName: Check = {
  id: 'other-release-name',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/',
  explain: `Every object of Istio's chart carries the label release with the name that it was rendered under, and some selectors hold it: those of the gateways' Services, and those of workloads that 1.1 created without a selector, which Kubernetes then filled with all labels of their pods. Selectors of workloads cannot be changed.
Manifests that were rendered under another name make the gateways' Services look for pods that are not there yet, so that traffic from outside ends until new ones are ready, and workloads fit no longer to what runs. What the old name labels is found as a leftover no more. kubectl get deployments -n istio-system -L release shows the name. Render the target under it: helm template NAME with Helm 3, helm template --name NAME with Helm 2.`,
  find(context) {
    const byNames = Map.groupBy(differences(context), ({ was, is }) => JSON.stringify([was, is]));
    return [...byNames.values()].flatMap(findingOf);
  },
};

/** Pilot's first, whose name is the mesh's. */
function differences(context: CheckContext): readonly Difference[] {
  const { mesh } = context;
  const wanted = targetMesh(context);
  return mesh.components.flatMap(({ ref }) => {
    const [live, target] = [mesh, wanted].map((one) => one && find(one.snapshot, ref));
    const was = live && labelsOf(live).release;
    if (was === undefined || target === undefined) return [];
    const is = labelsOf(target).release;
    return is === was ? [] : [{ ref, was, is }];
  });
}

function findingOf(some: readonly Difference[]): readonly Finding[] {
  const [first] = some;
  if (first === undefined) return [];
  const { ref, was, is } = first;
  const more = some.length === 1 ? '' : ` and ${some.length - 1} more`;
  const now = is === undefined ? 'is missing' : `is "${is}"`;
  return [
    {
      ref,
      message: `${refText(ref)}${more}: label release is "${was}", and ${now} in the target: selectors hold it, and gateways lose their traffic`,
      hint: `render the target as release ${was} (helm template ${was} …; with Helm 2 --name ${was})`,
    },
  ];
}
