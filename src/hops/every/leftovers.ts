import { FIELD_MANAGER } from '../../core/field-manager.ts';
import { valueAt } from '../../core/json.ts';
import { LAST_APPLIED } from '../../core/last-applied.ts';
import { type K8sObject, labelsOf, refOf } from '../../core/object.ts';
import type { TargetObject } from '../../core/target.ts';
import { ownedBy } from '../../fields/managed-fields.ts';
import type { Rule } from '../../plan/rule.ts';
import { whyNotApplied } from './hooks.ts';

// CRDs are never among them: deleting one deletes every object of its kind. ReplicaSets and Pods are their workloads', Endpoints their
// Services', whose labels they carry; the validating webhook is Galley's, which registers it by itself when it starts.
const NEVER = [
  'CustomResourceDefinition',
  'Namespace',
  'Secret',
  'ReplicaSet',
  'Pod',
  'Endpoints',
  'EndpointSlice',
  'ValidatingWebhookConfiguration',
];

/** Objects of the installed release that the new one no longer has. Left behind, they still act; deleted only when asked. */
export const leftovers: Rule = {
  id: 'leftovers',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#kubernetes-upgrade',
  phase: 'control-plane',
  apply: ({ mesh, target, postInstall, prune }) => {
    const found = findLeftovers(
      [...mesh.snapshot.objects.values()],
      [...target.objects, ...postInstall],
      mesh.istioNamespace,
    );
    if (!prune)
      return { leftovers: found.map((object) => ({ ref: refOf(object), why: 'the new release no longer has it' })) };
    return {
      wishes: found.map((object) => ({
        want: 'absent',
        ref: refOf(object),
        apiVersion: object.apiVersion,
        phase: 'control-plane',
        stage: 'clean-up',
        because: { rule: leftovers.id, why: 'the new release no longer has it', docs: leftovers.docs },
      })),
    };
  },
};

/**
 * What carries the labels that the chart puts on what it installs (its release's name, the chart, who rendered it), or its release's name and
 * this tool's mark of having installed it, lies in the
 * control plane's namespace or is called after it, has a name that Istio's charts give, belongs to no other object, and is not in the
 * target. A copy of a gateway under another name, or another control plane's role, carries the same labels and is somebody's.
 */
function findLeftovers(
  objects: readonly K8sObject[],
  target: readonly TargetObject[],
  istioNamespace: string,
): readonly K8sObject[] {
  const releases = new Set(target.flatMap(({ object }) => labelsOf(object).release ?? []));
  const applied = target.filter(({ object }) => whyNotApplied(object) === undefined);
  const wanted = new Set(applied.map(({ object }) => nameKey(object)));
  return objects.filter((object) => {
    const { release, chart, heritage } = labelsOf(object);
    const isRendered = chart !== undefined && (heritage === 'Tiller' || heritage === 'Helm');
    const isReleased = release !== undefined && releases.has(release) && (isRendered || isInstalledByUs(object));
    const { name, namespace } = object.metadata;
    const isHere = namespace === undefined ? name.endsWith(`-${istioNamespace}`) : namespace === istioNamespace;
    return (
      isReleased &&
      isHere &&
      isChartsName(object) &&
      !object.metadata.ownerReferences &&
      !NEVER.includes(object.kind) &&
      !wanted.has(nameKey(object))
    );
  });
}

/** Whether this tool applied it from a release's manifest: not all that charts make carries all of their labels. */
function isInstalledByUs(object: K8sObject): boolean {
  const ours = ownedBy(object, FIELD_MANAGER, 'Apply');
  return valueAt(ours, 'f:metadata', 'f:annotations', `f:${LAST_APPLIED}`) !== undefined;
}

const CHART_NAMES = /^(istio|prometheus|grafana|kiali|servicegraph|tracing|jaeger|zipkin)/;

/** Mixer's configuration is named after what it measures, everything else after its component. */
function isChartsName({ apiVersion, metadata }: K8sObject): boolean {
  return apiVersion.startsWith('config.istio.io/') || CHART_NAMES.test(metadata.name);
}

// Without group and namespace: a Deployment may move from one API group to another, and cluster-scoped objects carry a
// namespace in some charts.
function nameKey({ kind, metadata }: K8sObject): string {
  return `${kind}/${metadata.name}`;
}
