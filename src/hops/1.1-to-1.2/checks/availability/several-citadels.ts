import { numberAt, valueAt } from '../../../../core/json.ts';
import { type ObjectRef, refText } from '../../../../core/object.ts';
import { find } from '../../../../core/snapshot.ts';
import { type Autoscaler, autoscalersOf } from '../../../../mesh/autoscalers.ts';
import { componentsOf, imageName } from '../../../../mesh/control-plane.ts';
import { wantedPods } from '../../../../mesh/serving.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { targetSnapshot } from './planned.ts';
import { AUTOSCALERS } from './texts.ts';

interface Citadel {
  readonly ref: ObjectRef;
  readonly pods: number;
}

/** More than one Citadel in the control plane, today or once the target is in. */
export const severalCitadels: Check = {
  id: 'several-citadels',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/',
  explain: `Citadel does not support several instances. Each one of them signs the certificates of all service accounts and writes them to the same Secrets, istio.NAME in every namespace: they overwrite each other's, and at an upgrade, when they restart at different times and one may have made a root certificate of its own, workloads can end up with certificates that the others do not trust. Mutual TLS then fails across the mesh.
kubectl get pods -l istio=citadel --all-namespaces shows how many there are. Scale to one, wait until the others are gone, and look at Citadel's log before the upgrade; delete what else runs it, and an autoscaler that could scale it up. For the target, render the manifests with security.replicaCount=1, the default.`,
  reads: [AUTOSCALERS],
  find(context) {
    const live = liveCitadels(context);
    const target = targetCitadels(context);
    const autoscalers = autoscalersOf(context.mesh.snapshot);
    return [
      ...tooMany(live, 'run today', 'scale Citadel to one pod in one Deployment, and wait until the others are gone'),
      ...tooMany(target, 'are in the target', 'render the manifests with one Citadel: security.replicaCount=1'),
      ...live.flatMap(({ ref }) => scaledUp(ref, autoscalers.of(ref))),
    ];
  },
};

/** By what workloads ask for: in the middle of a rollout there are two pods for a moment. Pods that nobody asked for count as they are. */
function liveCitadels({ mesh, status }: CheckContext): readonly Citadel[] {
  const named = mesh.components
    .filter(({ image }) => imageName(image) === 'citadel')
    .flatMap(({ ref }) => {
      const live = find(mesh.snapshot, ref);
      return live === undefined ? [] : [{ ref, pods: wantedPods(live) }];
    });
  const known = new Set(named.map(({ ref }) => refText(ref)));
  const others = (status?.components ?? [])
    .filter(
      ({ ref, images }) => ref.namespace === mesh.istioNamespace && !known.has(refText(ref)) && images.some(isCitadel),
    )
    .map(({ ref, pods, wanted = pods }) => ({ ref, pods: wanted }));
  return [...named, ...others].filter(({ pods }) => pods > 0);
}

function isCitadel({ image }: { readonly image: string }): boolean {
  return imageName(image) === 'citadel';
}

function targetCitadels(context: CheckContext): readonly Citadel[] {
  const snapshot = targetSnapshot(context);
  return componentsOf(snapshot, context.mesh.istioNamespace)
    .filter(isCitadel)
    .map(({ ref }) => ({ ref, pods: numberAt(valueAt(find(snapshot, ref), 'spec', 'replicas')) ?? 1 }));
}

function tooMany(citadels: readonly Citadel[], where: string, hint: string): readonly Finding[] {
  const count = citadels.reduce((sum, { pods }) => sum + pods, 0);
  const [first] = citadels;
  if (count < 2 || first === undefined) return [];
  const texts = citadels.map(({ ref, pods }) => `${refText(ref)} (${pods})`).join(', ');
  return [{ ref: first.ref, message: `${count} Citadels ${where}, which race each other: ${texts}`, hint }];
}

function scaledUp(ref: ObjectRef, autoscaler: Autoscaler | undefined): readonly Finding[] {
  if (autoscaler === undefined || autoscaler.most < 2) return [];
  return [
    {
      ref: autoscaler.ref,
      severity: 'warning',
      message: `${refText(autoscaler.ref)}: spec.maxReplicas ${autoscaler.most}: it can scale ${refText(ref)} up, and several Citadels race each other`,
      hint: `delete ${refText(autoscaler.ref)}`,
    },
  ];
}
