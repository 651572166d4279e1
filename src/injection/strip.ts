import { isObject, type Json, type JsonObject, listAt, objectAt, valueAt } from '../core/json.ts';
import { type K8sObject, refOf } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { appliedPodSpec } from './applied-source.ts';
import { isInjected, PROXY_CONTAINER } from './detect.ts';
import { type Overwriting, withoutOverwriting } from './overwritten.ts';
import { nameOf, podSpecOf, podTemplateOf, withField, withKeys } from './pod-template.ts';
import { restoreProbes } from './probers.ts';
import { type InjectionStatus, parseStatus, STATUS_ANNOTATION, statusTextOf } from './status-annotation.ts';

export interface Stripped {
  /** The workload without its sidecar. */
  readonly object: K8sObject;
  /** What was taken out or put back, as paths in the pod spec, and the status annotation; nothing for a workload without a sidecar. */
  readonly removed: readonly string[];
  /** Nothing of the injector's is left. False where a probe asks the sidecar and what it asked before is lost. */
  readonly isClean: boolean;
  /** What injection destroyed. */
  readonly problems: readonly Problem[];
}

// The volumes that templates of 1.1 and 1.2 add besides the legacy ones; taken out unasked only where nothing else mounts them.
const OTHER_VOLUMES: ReadonlySet<string> = new Set([
  'sds-uds-path',
  'istio-token',
  'custom-sds-token',
  'lightstep-certs',
  'custom-bootstrap-volume',
]);

/**
 * Takes an injected sidecar out of a workload's template, the inverse of `istioctl kube-inject` of 1.1 and 1.2
 * (pilot/pkg/kube/inject/inject.go:792-816@1.2.10): what the status annotation names, the probes that were rewritten, and the fields
 * that injection overwrote. Everything else stays as it is, annotations that steer the next injection included.
 * @param old what the injection that made this template overwrites
 */
export function strip(workload: K8sObject, old: Overwriting): Stripped {
  const template = podTemplateOf(workload);
  if (template === undefined || !isInjected(workload))
    return { object: workload, removed: [], isClean: true, problems: [] };
  const status = parseStatus(statusTextOf(workload));
  const source = appliedPodSpec(workload);
  const pod = withoutNamed(podSpecOf(workload), status, source);
  const restored = withoutOverwriting(pod.spec, old, { source, ref: refOf(workload) });
  const bare = withField(workload, template.spec, restored.spec);
  const annotated = statusTextOf(workload) === undefined ? [] : [`annotations["${STATUS_ANNOTATION}"]`];
  return {
    object: [template.statusMetadata, template.metadata].reduce(withoutStatus, bare),
    removed: [...pod.removed, ...restored.removed, ...annotated],
    isClean: pod.lost.length === 0,
    problems: [...pod.lost.map((probe) => lostProbe(workload, probe)), ...restored.problems],
  };
}

interface Bare {
  readonly spec: JsonObject;
  readonly removed: readonly string[];
  readonly lost: readonly string[];
}

/** The pod spec without what the status names. Probes are read before the sidecar goes, whose environment has their record. */
function withoutNamed(spec: JsonObject, status: InjectionStatus, source: JsonObject | undefined): Bare {
  const sidecar = listAt(spec.containers)
    .filter(isObject)
    .find((container) => nameOf(container) === PROXY_CONTAINER);
  const probes = restoreProbes(listAt(spec.containers), sidecar);
  const probed = withKeys(spec, { containers: [...probes.containers] });
  const containers = without(probed, { initContainers: status.initContainers, containers: status.containers });
  const volumes = status.isLegacy ? [...status.volumes, ...unmounted(containers.spec)] : status.volumes;
  const rest = without(containers.spec, { volumes, imagePullSecrets: webhooksSecrets(status, source) });
  return { spec: rest.spec, removed: [...containers.removed, ...rest.removed, ...probes.restored], lost: probes.lost };
}

type NamedLists = Readonly<Record<string, readonly string[]>>;

/** Items go by name; a list that has nothing left goes too. */
function without(spec: JsonObject, lists: NamedLists): Omit<Bare, 'lost'> {
  const removed: string[] = [];
  const keys: Record<string, Json | undefined> = {};
  for (const [list, names] of Object.entries(lists)) {
    const gone = listAt(spec[list]).filter((item) => names.includes(nameOf(item)));
    if (gone.length === 0) continue;
    const rest = listAt(spec[list]).filter((item) => !gone.includes(item));
    keys[list] = rest.length === 0 ? undefined : rest;
    removed.push(...gone.map((item) => `${list}[name="${nameOf(item)}"]`));
  }
  return { spec: withKeys(spec, keys), removed };
}

function unmounted(spec: JsonObject): readonly string[] {
  const containers = [...listAt(spec.initContainers), ...listAt(spec.containers)];
  const mounted = new Set(containers.flatMap((one) => listAt(valueAt(one, 'volumeMounts')).map(nameOf)));
  return [...OTHER_VOLUMES].filter((name) => !mounted.has(name));
}

/** Only the webhook adds pull secrets, and only to pods: those that the status names and the applied configuration does not have. */
function webhooksSecrets({ imagePullSecrets }: InjectionStatus, source: JsonObject | undefined): readonly string[] {
  if (source === undefined) return [];
  const own = listAt(source.imagePullSecrets).map(nameOf);
  return imagePullSecrets.filter((name) => !own.includes(name));
}

/** Without the status annotation, and without the annotations and the metadata that were there for it alone. */
function withoutStatus(workload: K8sObject, path: readonly string[]): K8sObject {
  const metadata = objectAt(valueAt(workload, ...path));
  const annotations = objectAt(metadata.annotations);
  if (annotations[STATUS_ANNOTATION] === undefined) return workload;
  const others = withKeys(annotations, { [STATUS_ANNOTATION]: undefined });
  const next = withKeys(metadata, { annotations: isEmpty(others) ? undefined : others });
  return withField(workload, path, isEmpty(next) ? undefined : next);
}

function isEmpty(object: JsonObject): boolean {
  return Object.values(object).every((value) => value === undefined || value === null);
}

function lostProbe(workload: K8sObject, probe: string): Problem {
  return {
    id: 'probe-lost',
    severity: 'warning',
    ref: refOf(workload),
    message: `${probe} asks the sidecar, which has no record of what it asked before injection`,
    hint: 'inject from the original manifest: --original FILE',
  };
}
