import { isObject, type Json, type JsonObject, objectAt, valueAt, withoutValue, withValue } from '../core/json.ts';
import { annotationsOf, isK8sObject, type K8sObject, parseApiVersion } from '../core/object.ts';

type Path = readonly string[];

/** Where a kind keeps the parts that injection touches, as paths of keys. */
export interface PodTemplate {
  /** The metadata of the pods. */
  readonly metadata: Path;
  /** The spec of the pods. */
  readonly spec: Path;
  /** The metadata that gets the status annotation. */
  readonly statusMetadata: Path;
}

const POD: PodTemplate = { metadata: ['metadata'], spec: ['spec'], statusMetadata: ['metadata'] };
const TEMPLATED: PodTemplate = templateAt(['spec', 'template']);
const CRON_JOB: PodTemplate = {
  ...templateAt(['spec', 'jobTemplate', 'spec', 'template']),
  statusMetadata: ['spec', 'jobTemplate', 'metadata'],
};

// Kinds that kube-inject knows (pilot/pkg/kube/inject/initializer.go@1.2.10), with the groups in which they mean the same. It matches by
// kind alone and would decode somebody else's `Job` lossily.
const KINDS: ReadonlyMap<string, PodTemplate> = new Map([
  ['Pod.', POD],
  ['ReplicationController.', TEMPLATED],
  ...['apps', 'extensions'].flatMap((group) =>
    ['Deployment', 'DaemonSet', 'ReplicaSet'].map((kind) => [`${kind}.${group}`, TEMPLATED] as const),
  ),
  ['StatefulSet.apps', TEMPLATED],
  ['Job.batch', TEMPLATED],
  ['CronJob.batch', CRON_JOB],
  ['DeploymentConfig.', TEMPLATED],
  ['DeploymentConfig.apps.openshift.io', TEMPLATED],
]);

function templateAt(path: Path): PodTemplate {
  return { metadata: [...path, 'metadata'], spec: [...path, 'spec'], statusMetadata: [...path, 'metadata'] };
}

/** Where the pod template of a workload stands; undefined for a kind that makes no pods, or none that injection knows. */
export function podTemplateOf({ apiVersion, kind }: Pick<K8sObject, 'apiVersion' | 'kind'>): PodTemplate | undefined {
  return KINDS.get(`${kind}.${parseApiVersion(apiVersion).group}`);
}

export function podSpecOf(workload: K8sObject): JsonObject {
  const template = podTemplateOf(workload);
  return template === undefined ? {} : objectAt(valueAt(workload, ...template.spec));
}

/** Annotations that the pods get. */
export function podAnnotationsOf(workload: K8sObject): Readonly<Record<string, string>> {
  const template = podTemplateOf(workload);
  return template === undefined ? {} : annotationsOf({ metadata: valueAt(workload, ...template.metadata) });
}

/** A copy with the value at a path, or without it when the value is undefined. */
export function withField(object: K8sObject, path: Path, value: Json | undefined): K8sObject {
  const next = value === undefined ? withoutValue(object, path) : withValue(object, path, value);
  return isK8sObject(next) ? next : object;
}

/** A copy with each of these keys of an object set, or taken out where its value is undefined; other keys keep their places. */
export function withKeys(object: JsonObject, keys: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries({ ...object, ...keys }).filter(([, value]) => value !== undefined));
}

/** The `name` of a container, volume or reference to a Secret; empty when it has none. */
export function nameOf(item: Json | undefined): string {
  return isObject(item) && typeof item.name === 'string' ? item.name : '';
}
