import { type Json, type JsonObject, objectAt, valueAt } from '../core/json.ts';
import { LAST_APPLIED } from '../core/last-applied.ts';
import type { K8sObject } from '../core/object.ts';
import { withDefaults } from '../fields/defaults.ts';
import { differences } from '../fields/differences.ts';
import { type FieldPath, pathsOf, union } from '../fields/field-set.ts';
import { pathText } from '../fields/path-text.ts';
import { podSpecOf, podTemplateOf, withField, withKeys } from './pod-template.ts';

// Annotations that controllers and kubectl write; no manifest has them.
const SERVERS_ANNOTATIONS: readonly string[] = [LAST_APPLIED, 'deployment.kubernetes.io/revision'];

/**
 * What a live workload has and its original manifest has not, or has otherwise: it is lost when the original is applied.
 * @param live without its sidecar
 * @param original without a sidecar; what the server fills in for what it leaves out does not count
 * @returns paths such as `spec.template.spec.tolerations`; of a part that is missing as a whole, only the part
 */
export function missingFromOriginal(live: K8sObject, original: K8sObject): readonly string[] {
  const { removed, modified } = differences(comparable(live), comparable(withServerDefaults(original)));
  const paths = pathsOf(union(removed, modified));
  return paths.filter((path) => !paths.some((other) => isInside(path, other))).map(pathText);
}

// pkg/apis/batch/v1beta1/defaults.go and pkg/apis/core/v1/defaults.go of Kubernetes 1.20
const SPEC_DEFAULTS: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['CronJob', { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }],
  ['Job', { backoffLimit: 6, completions: 1, parallelism: 1 }],
  ['ReplicaSet', { replicas: 1 }],
  ['ReplicationController', { replicas: 1 }],
]);

/** A workload with the server's defaults: those of the kind, and those of every pod, which a Deployment of the same pods shows. */
export function withServerDefaults(workload: K8sObject): K8sObject {
  const filled = withDefaults(workload);
  const template = podTemplateOf(workload);
  if (template === undefined) return filled;
  const disguise = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: '' } };
  const deployment = withDefaults({ ...disguise, spec: { template: { spec: podSpecOf(workload) } } });
  const pods: Json | undefined = valueAt(deployment, 'spec', 'template', 'spec');
  const spec = { ...SPEC_DEFAULTS.get(workload.kind), ...objectAt(filled.spec) };
  return withField(withField(filled, ['spec'], spec), template.spec, pods);
}

function isInside(path: FieldPath, other: FieldPath): boolean {
  return other.length < path.length && other.every((element, index) => element === path[index]);
}

/** What people write: labels, annotations and the spec. */
function comparable(workload: K8sObject): K8sObject {
  const { apiVersion, kind, metadata, spec } = workload;
  const { name, labels = {}, annotations } = metadata;
  const own = withKeys(
    objectAt(annotations),
    Object.fromEntries(SERVERS_ANNOTATIONS.map((key) => [key, undefined] as const)),
  );
  return { apiVersion, kind, metadata: { name, labels, annotations: own }, spec: withoutTimestamps(objectAt(spec)) };
}

/** kubectl writes `creationTimestamp: null` into templates, and servers keep it. */
function withoutTimestamps(spec: JsonObject): JsonObject {
  const metadata = valueAt(spec, 'template', 'metadata');
  if (metadata === undefined) return spec;
  const template = withKeys(objectAt(spec.template), {
    metadata: withKeys(objectAt(metadata), { creationTimestamp: undefined }),
  });
  return { ...spec, template };
}
