import { listAt, numberAt, objectAt, valueAt, withValue } from '../../../../core/json.ts';
import { matchesSelector } from '../../../../core/label-selector.ts';
import { lastAppliedOf } from '../../../../core/last-applied.ts';
import { type K8sObject, labelsOf, type ObjectRef, refOf } from '../../../../core/object.ts';
import { type Snapshot, snapshotOf } from '../../../../core/snapshot.ts';
import { compareMinors, compareVersions, type IstioVersion } from '../../../../core/version.ts';
import type { Autoscalers } from '../../../../mesh/autoscalers.ts';
import { wantedPods } from '../../../../mesh/serving.ts';
import type { CheckContext } from '../../../../plan/check.ts';
import { ISTIO_1_2 } from '../../versions.ts';

/** Whether the upgrade brings another release; without a target it leads to 1.2. */
export function isOutdated(version: IstioVersion | undefined, to: IstioVersion | undefined): boolean {
  if (version === undefined) return true;
  return to === undefined ? compareMinors(version, ISTIO_1_2) < 0 : compareVersions(version, to) < 0;
}

/** The target's objects as they would be read. */
export function targetSnapshot({ target }: Pick<CheckContext, 'target'>): Snapshot {
  return snapshotOf(target.objects.map(({ object }) => object));
}

/** The target's manifest of a live object. */
export function inTarget(
  { target, mesh }: Pick<CheckContext, 'target' | 'mesh'>,
  ref: Omit<ObjectRef, 'group'>,
): K8sObject | undefined {
  const place = ({ metadata: { namespace = mesh.istioNamespace } }: K8sObject): string => namespace;
  return target.objects
    .map(({ object }) => object)
    .find((one) => one.kind === ref.kind && one.metadata.name === ref.name && place(one) === ref.namespace);
}

/**
 * What the manifest says of strategy and scale comes with the new template, in one write. A strategy that it leaves out stays, but where
 * the manifest replaces the object whole.
 * @param planned the autoscalers of the target
 */
export function asRolledOut(live: K8sObject, context: CheckContext, planned: Autoscalers): K8sObject {
  const wanted = inTarget(context, refOf(live));
  if (wanted === undefined) return live;
  const strategy = valueAt(wanted, 'spec', 'strategy') ?? (isReplaced(live, wanted) ? {} : undefined);
  const scaled = withValue(objectAt(live.spec), ['replicas'], plannedReplicas(live, wanted, planned));
  return { ...live, spec: strategy === undefined ? scaled : withValue(scaled, ['strategy'], strategy) };
}

/** Nothing tells what else than the manifest's was set, or its selector does not fit the new pods and the object is created again. */
function isReplaced(live: K8sObject, wanted: K8sObject): boolean {
  const isRecorded = lastAppliedOf(live) !== undefined || listAt(live.metadata.managedFields).length > 0;
  const labels = labelsOf(objectAt(valueAt(wanted, 'spec', 'template')));
  return !isRecorded || !matchesSelector(objectAt(valueAt(live, 'spec', 'selector')), labels);
}

/** A larger scale stays as it is; one replica becomes what the manifest or its autoscaler says. */
function plannedReplicas(live: K8sObject, wanted: K8sObject, planned: Autoscalers): number {
  const running = wantedPods(live);
  if (running !== 1) return running;
  return Math.max(1, planned.of(refOf(live))?.least ?? numberAt(valueAt(wanted, 'spec', 'replicas')) ?? 1);
}
