import { type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../../../src/core/json.ts';
import { annotationsOf } from '../../../src/core/object.ts';

export const SIDECAR_STATUS = 'sidecar.istio.io/status';
const INJECT = 'sidecar.istio.io/inject';
const YES = ['y', 'yes', 'true', 'on'];
const NEVER = ['kube-system', 'kube-public'];
const LISTS = ['initContainers', 'containers', 'volumes'] as const;
type List = (typeof LISTS)[number];

// What injectors before the record left behind.
const LEGACY: Readonly<Record<List, readonly string[]>> = {
  initContainers: ['istio-init', 'enable-core-dump'],
  containers: ['istio-proxy'],
  volumes: ['istio-certs', 'istio-envoy'],
};

/**
 * Whether the webhook injects, with the policy `enabled` and no selectors of its own.
 * @see https://github.com/istio/istio/blob/1.2.10/pkg/kube/inject/inject.go injectRequired
 */
export function needsSidecar(pod: JsonObject, namespace: string): boolean {
  if (valueAt(pod, 'spec', 'hostNetwork') === true || NEVER.includes(namespace)) return false;
  const asked = annotationsOf(pod)[INJECT];
  return !asked || YES.includes(asked.toLowerCase());
}

/**
 * The JSON patch of the injection webhook: the old sidecar is taken out by the names in its record, the new one added.
 * @see https://github.com/istio/istio/blob/1.2.10/pilot/pkg/kube/inject/webhook.go createPatch
 */
export function sidecarPatch(pod: JsonObject, version: string): readonly JsonObject[] {
  const added = sidecar(version);
  const old = recorded(pod);
  const lists = LISTS.map((list) => ({
    op: 'add',
    path: `/spec/${list}`,
    value: [...without(valueAt(pod, 'spec', list), old[list]), ...added[list]],
  }));
  const names = Object.fromEntries(LISTS.map((list) => [list, added[list].map((one) => one.name)]));
  const record = JSON.stringify({ version: `template-of-${version}`, ...names, imagePullSecrets: null });
  const annotations = { ...objectAt(valueAt(pod, 'metadata', 'annotations')), [SIDECAR_STATUS]: record };
  return [...lists, { op: 'add', path: '/metadata/annotations', value: annotations }];
}

/** The same pod, or template of pods, as `istioctl kube-inject` makes it. */
export function withSidecar(template: JsonObject, version: string): JsonObject {
  const values = sidecarPatch(template, version).map(
    ({ path, value }) => [`${path}`.split('/').at(-1), value] as const,
  );
  const { annotations, ...lists } = Object.fromEntries(values);
  const metadata = { ...objectAt(template.metadata), annotations };
  return { ...template, metadata, spec: { ...objectAt(template.spec), ...lists } };
}

function recorded(pod: JsonObject): Readonly<Record<List, readonly string[]>> {
  const text = annotationsOf(pod)[SIDECAR_STATUS];
  if (!text) return LEGACY;
  const record = objectAt(JSON.parse(text));
  const names = (list: List): string[] => listAt(record[list]).flatMap((name) => stringAt(name) ?? []);
  return { initContainers: names('initContainers'), containers: names('containers'), volumes: names('volumes') };
}

function without(list: Json | undefined, names: readonly string[]): readonly Json[] {
  return listAt(list).filter((one) => !names.includes(`${valueAt(one, 'name')}`));
}

function sidecar(version: string): Readonly<Record<List, readonly JsonObject[]>> {
  const resources = { requests: { cpu: '10m', memory: '40Mi' } };
  const capabilities = { capabilities: { add: ['NET_ADMIN'] } };
  return {
    initContainers: [
      { name: 'istio-init', image: `docker.io/istio/proxy_init:${version}`, resources, securityContext: capabilities },
    ],
    containers: [
      {
        name: 'istio-proxy',
        image: `docker.io/istio/proxyv2:${version}`,
        args: ['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local'],
        resources,
        volumeMounts: [{ name: 'istio-envoy', mountPath: '/etc/istio/proxy' }],
      },
    ],
    volumes: [{ name: 'istio-envoy', emptyDir: { medium: 'Memory' } }],
  };
}
