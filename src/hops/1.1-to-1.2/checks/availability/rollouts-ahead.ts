import { type K8sObject, type ObjectRef, refOf } from '../../../../core/object.ts';
import { find } from '../../../../core/snapshot.ts';
import { versionOfImage } from '../../../../core/version.ts';
import { type Autoscaler, type Autoscalers, autoscalersOf } from '../../../../mesh/autoscalers.ts';
import { imageName } from '../../../../mesh/control-plane.ts';
import type { PodRole } from '../../../../mesh/pod-sidecar.ts';
import { leastServing, wantedPods } from '../../../../mesh/serving.ts';
import { workloadTemplateOf } from '../../../../mesh/workload-template.ts';
import type { CheckContext } from '../../../../plan/check.ts';
import { changesControlPlane } from '../changes-control-plane.ts';
import { partsElsewhere } from './parts-elsewhere.ts';
import { asRolledOut, isOutdated, targetSnapshot } from './planned.ts';

/** A Deployment of the control plane, or of a gateway, that the upgrade still has to roll out. */
export interface RolloutAhead {
  readonly ref: ObjectRef;
  readonly role: PodRole;
  /** What its image is called: `pilot`, `proxyv2`. */
  readonly image: string;
  /** The live object, with the scale and the update strategy of the rollout. */
  readonly workload: K8sObject;
  readonly replicas: number;
  /** Pods that are ready at the rollout's worst moment. */
  readonly least: number;
  readonly autoscaler: Autoscaler | undefined;
}

/** Deployments with pods that are of an older release than the upgrade leads to; none where this run leaves the control plane alone. */
export function rolloutsAhead(context: CheckContext): readonly RolloutAhead[] {
  const { mesh, status } = context;
  if (!changesControlPlane(context)) return [];
  const elsewhere = partsElsewhere(status?.gateways ?? [], mesh.istioNamespace);
  const autoscalers = { live: autoscalersOf(mesh.snapshot), target: autoscalersOf(targetSnapshot(context)) };
  return [...mesh.components, ...elsewhere].flatMap(({ ref }) => {
    const live = find(mesh.snapshot, ref);
    return live?.kind === 'Deployment' ? (rolloutOf(live, context, autoscalers) ?? []) : [];
  });
}

function rolloutOf(
  live: K8sObject,
  context: CheckContext,
  autoscalers: { readonly live: Autoscalers; readonly target: Autoscalers },
): RolloutAhead | undefined {
  const { mesh, to } = context;
  const { role, image } = workloadTemplateOf(live, mesh.istioNamespace).facts;
  if (role === 'workload' || image === undefined || !isOutdated(versionOfImage(image), to)) return undefined;
  const workload = asRolledOut(live, context, autoscalers.target);
  const replicas = wantedPods(workload);
  if (replicas === 0) return undefined;
  const ref = refOf(live);
  const least = leastServing(workload);
  return {
    ref,
    role,
    image: imageName(image),
    workload,
    replicas,
    least,
    autoscaler: autoscalers.live.of(ref),
  };
}
