import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { nameOf, podSpecOf, podTemplateOf, withField, withKeys } from '../../src/injection/pod-template.ts';

export interface ModelOptions {
  readonly tag?: string;
  readonly rewritesProbes?: boolean;
  readonly sds?: boolean;
  readonly dns?: JsonObject | undefined;
  readonly withoutInit?: boolean;
  readonly coreDump?: boolean;
  readonly withoutStatus?: boolean;
}

const STATUS = 'sidecar.istio.io/status';

/**
 * What kube-inject does to a workload, written down from its inventory and independently of the code under test: items appended, `dnsConfig` and
 * the securityContext overwritten, probes rewritten, the status annotation put on the pod template or a CronJob's job template.
 */
export function modelInject(workload: K8sObject, options: ModelOptions = {}): K8sObject {
  const place = podTemplateOf(workload);
  if (place === undefined) return workload;
  const spec = podSpecOf(workload);
  if (spec.hostNetwork === true) return workload;
  const parts = sidecarParts(spec, options);
  const containers = options.rewritesProbes ? listAt(spec.containers).map(rewritten) : listAt(spec.containers);
  const next = withKeys(spec, {
    initContainers: appended(spec.initContainers, parts.initContainers),
    containers: [...containers, ...parts.containers],
    volumes: appended(spec.volumes, parts.volumes),
    dnsConfig: options.dns,
    ...(options.sds ? { securityContext: { fsGroup: 1337 } } : {}),
  });
  const injected = withField(workload, place.spec, next);
  if (options.withoutStatus) return injected;
  const path = [...place.statusMetadata, 'annotations'];
  return withField(injected, path, { ...objectAt(valueAt(injected, ...path)), [STATUS]: statusText(parts) });
}

interface Parts {
  readonly initContainers: readonly JsonObject[];
  readonly containers: readonly JsonObject[];
  readonly volumes: readonly JsonObject[];
}

function sidecarParts(spec: JsonObject, options: ModelOptions): Parts {
  const { tag = '1.1.17', rewritesProbes = false, sds = false, coreDump = false, withoutInit = false } = options;
  const record = rewritesProbes ? [{ name: 'ISTIO_KUBE_APP_PROBERS', value: JSON.stringify(probers(spec)) }] : [];
  const init = withoutInit ? [] : [{ name: 'istio-init', image: `docker.io/istio/proxy_init:${tag}` }];
  const dump = coreDump ? [{ name: 'enable-core-dump', image: `docker.io/istio/proxy_init:${tag}` }] : [];
  const account = stringAt(spec.serviceAccountName) ?? 'default';
  const proxy = {
    name: 'istio-proxy',
    image: `docker.io/istio/proxyv2:${tag}`,
    args: ['proxy', 'sidecar', '--statusPort', '15020'],
    env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, ...record],
    volumeMounts: [{ name: 'istio-envoy', mountPath: '/etc/istio/proxy' }],
  };
  const secret = sds
    ? [
        { name: 'sds-uds-path', hostPath: { path: '/var/run/sds' } },
        { name: 'istio-token', projected: { sources: [{ serviceAccountToken: { path: 'istio-token' } }] } },
      ]
    : [{ name: 'istio-certs', secret: { optional: true, secretName: `istio.${account}` } }];
  const volumes = [{ name: 'istio-envoy', emptyDir: { medium: 'Memory' } }, ...secret];
  return { initContainers: [...init, ...dump], containers: [proxy], volumes };
}

/** Go has no `omitempty` there: an empty list is written as null. */
function statusText({ initContainers, containers, volumes }: Parts): string {
  const names = (items: readonly JsonObject[]) => (items.length === 0 ? null : items.map(nameOf));
  const lists = { initContainers: names(initContainers), containers: names(containers), volumes: names(volumes) };
  return JSON.stringify({ version: '0123abcd', ...lists, imagePullSecrets: null });
}

function appended(own: Json | undefined, extra: readonly JsonObject[]): Json | undefined {
  const all = [...listAt(own), ...extra];
  return all.length === 0 ? undefined : all;
}

const REWRITTEN = [
  ['readinessProbe', 'readyz'],
  ['livenessProbe', 'livez'],
] as const;

function rewritten(container: Json): Json {
  if (!isObject(container)) return container;
  const probes = REWRITTEN.flatMap(([field, key]) => {
    const action = valueAt(container, field, 'httpGet');
    if (!isObject(action)) return [];
    const scheme = action.scheme === 'HTTPS' ? { scheme: 'HTTP' } : {};
    const httpGet = { ...action, path: `/app-health/${nameOf(container)}/${key}`, port: 15020, ...scheme };
    return [[field, { ...objectAt(container[field]), httpGet }] as const];
  });
  return { ...container, ...Object.fromEntries(probes) };
}

function probers(spec: JsonObject): JsonObject {
  const entries = listAt(spec.containers).flatMap((container) =>
    REWRITTEN.flatMap(([field, key]) => {
      const action = valueAt(resolvedPorts(container), field, 'httpGet');
      const isKnown = isObject(action) && typeof action.port === 'number';
      return isKnown ? [[`/app-health/${nameOf(container)}/${key}`, action] as const] : [];
    }),
  );
  return Object.fromEntries(entries);
}

/** A container whose HTTP probes name ports by number: what the record of a rewritten probe can give back. */
export function resolvedPorts(container: Json): Json {
  if (!isObject(container)) return container;
  const ports = new Map(listAt(container.ports).map((port) => [nameOf(port), valueAt(port, 'containerPort')] as const));
  const probes = REWRITTEN.flatMap(([field]) => {
    const action = valueAt(container, field, 'httpGet');
    if (!isObject(action)) return [];
    const number = typeof action.port === 'string' ? ports.get(action.port) : undefined;
    return [[field, { ...objectAt(container[field]), httpGet: { ...action, port: number ?? action.port } }] as const];
  });
  return { ...container, ...Object.fromEntries(probes) };
}
