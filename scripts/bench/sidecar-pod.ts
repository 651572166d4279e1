import type { JsonObject } from '../../src/core/json.ts';

/** The template of a pod, with about as much in it as real ones have. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: JsonObject;
}

const RELEASE = '1.1.17';
const FIELDS = [
  ['POD_NAME', 'metadata.name'],
  ['POD_NAMESPACE', 'metadata.namespace'],
  ['INSTANCE_IP', 'status.podIP'],
  ['ISTIO_META_POD_NAME', 'metadata.name'],
  ['ISTIO_META_CONFIG_NAMESPACE', 'metadata.namespace'],
] as const;
/** What Pilot's agent is told besides its domain. */
const PROXY_FLAGS = [
  ['configPath', '/etc/istio/proxy'],
  ['binaryPath', '/usr/local/bin/envoy'],
  ['drainDuration', '45s'],
  ['parentShutdownDuration', '1m0s'],
  ['discoveryAddress', 'istio-pilot.istio-system:15011'],
  ['zipkinAddress', 'zipkin.istio-system:9411'],
  ['connectTimeout', '10s'],
  ['proxyAdminPort', '15000'],
  ['concurrency', '2'],
  ['controlPlaneAuthPolicy', 'MUTUAL_TLS'],
  ['statusPort', '15020'],
  ['applicationPorts', '8080,9090'],
] as const;

/** A pod of an application with that name, with the sidecar that Istio 1.1 injects or without. */
export function sidecarPod(app: string, { isInjected }: { readonly isInjected: boolean }): PodTemplate {
  const labels = { app, version: 'v1' };
  const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' };
  const own = { containers: [application(app)], serviceAccountName: 'default', automountServiceAccountToken: false };
  if (!isInjected) return { metadata: { labels, annotations }, spec: own };
  return {
    metadata: { labels, annotations: { ...annotations, 'sidecar.istio.io/status': RECORD } },
    spec: { ...own, initContainers: [INIT], containers: [application(app), proxy(app)], volumes: VOLUMES },
  };
}

const RECORD = JSON.stringify({
  version: '3c9a2e60c2a0f9c2f1e8a2c7b4b2a31e',
  initContainers: ['istio-init'],
  containers: ['istio-proxy'],
  volumes: ['istio-envoy', 'istio-certs'],
  imagePullSecrets: null,
});

const VOLUMES = [
  { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
  { name: 'istio-certs', secret: { secretName: 'istio.default', optional: true } },
];

const INIT = {
  name: 'istio-init',
  image: `docker.io/istio/proxy_init:${RELEASE}`,
  args: ['-p', '15001', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '8080,9090', '-d', '15020'],
  resources: { requests: { cpu: '10m', memory: '10Mi' }, limits: { cpu: '100m', memory: '50Mi' } },
  securityContext: { capabilities: { add: ['NET_ADMIN'] } },
};

function application(app: string): JsonObject {
  return {
    name: 'app',
    image: `registry.example/shop/${app}:1`,
    args: ['--serve'],
    env: Array.from({ length: 12 }, (_, at) => ({ name: `SETTING_${at}`, value: `value-${at}-of-${app}` })),
    ports: [
      { containerPort: 8080, protocol: 'TCP' },
      { containerPort: 9090, protocol: 'TCP' },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    livenessProbe: { httpGet: { path: '/healthz/live', port: 8080 }, initialDelaySeconds: 10 },
    readinessProbe: { httpGet: { path: '/healthz/ready', port: 8080 }, periodSeconds: 2, failureThreshold: 30 },
  };
}

function proxy(app: string): JsonObject {
  const flags = [['domain', '$(POD_NAMESPACE).svc.cluster.local'], ['serviceCluster', app], ...PROXY_FLAGS];
  return {
    name: 'istio-proxy',
    image: `docker.io/istio/proxyv2:${RELEASE}`,
    args: ['proxy', 'sidecar', ...flags.flatMap(([name, value]) => [`--${name}`, `${value}`])],
    env: FIELDS.map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } })),
    ports: [{ containerPort: 15090, protocol: 'TCP', name: 'http-envoy-prom' }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    readinessProbe: { httpGet: { path: '/healthz/ready', port: 15020 }, periodSeconds: 2, failureThreshold: 30 },
    securityContext: { readOnlyRootFilesystem: true, runAsUser: 1337 },
    volumeMounts: [
      { name: 'istio-envoy', mountPath: '/etc/istio/proxy' },
      { name: 'istio-certs', mountPath: '/etc/certs/', readOnly: true },
    ],
  };
}
