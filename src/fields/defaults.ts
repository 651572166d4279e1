import { isArray, isObject, type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, parseApiVersion } from '../core/object.ts';
import { canonicalQuantity } from './quantity.ts';

/**
 * The object with the values that an API server fills in for what a manifest leaves out, for the kinds that releases install: so that a
 * prediction made without the server does not show as removed what the server puts back at once. Quantities are written its way.
 * @returns a custom resource, or a kind without such defaults, as it is
 * @see pkg/apis/(apps|core|…)/(version)/defaults.go of Kubernetes 1.20
 */
export function withDefaults(object: K8sObject): K8sObject {
  const { group } = parseApiVersion(object.apiVersion);
  const fill = FILLERS[`${object.kind}.${group}`];
  if (fill === undefined) return object;
  const { apiVersion, kind, metadata } = object;
  return { ...fill(object), apiVersion, kind, metadata };
}

type Fill = (object: JsonObject) => JsonObject;

const FILLERS: Readonly<Record<string, Fill>> = {
  'Service.': within('spec', serviceSpec),
  'Deployment.apps': within('spec', (spec) => workload(deploymentSpec(spec))),
  'StatefulSet.apps': within('spec', (spec) => workload(statefulSetSpec(spec))),
  'DaemonSet.apps': within('spec', (spec) => workload(daemonSetSpec(spec))),
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': (object) =>
    webhooks(object, { reinvocationPolicy: 'Never' }),
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': (object) => webhooks(object, {}),
  'CustomResourceDefinition.apiextensions.k8s.io': (object) =>
    within('spec', object.apiVersion === 'apiextensions.k8s.io/v1beta1' ? oldCrdSpec : crdSpec)(object),
  'ClusterRoleBinding.rbac.authorization.k8s.io': binding,
  'RoleBinding.rbac.authorization.k8s.io': binding,
};

/** The defaults for what the object lacks; what it has stays. */
function missing(object: JsonObject, defaults: JsonObject): JsonObject {
  const added = Object.entries(defaults).filter(([key]) => object[key] === undefined || object[key] === null);
  return { ...object, ...Object.fromEntries(added) };
}

/** Fills one member, where the object has it. */
function within(key: string, fill: Fill): Fill {
  return (object) => (isObject(object[key]) ? { ...object, [key]: fill(object[key]) } : object);
}

function eachOf(key: string, fill: Fill): Fill {
  return (object) =>
    isArray(object[key])
      ? { ...object, [key]: object[key].map((item) => (isObject(item) ? fill(item) : item)) }
      : object;
}

function inTurn(...fills: readonly Fill[]): Fill {
  return (object) => fills.reduce((filled, fill) => fill(filled), object);
}

function serviceSpec(spec: JsonObject): JsonObject {
  const filled = missing(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  const isOpen = filled.type === 'LoadBalancer' || filled.type === 'NodePort';
  const ports = eachOf('ports', (port) =>
    missing(port, { protocol: 'TCP', ...(port.port === undefined ? {} : { targetPort: port.port }) }),
  );
  const sticky = filled.sessionAffinity === 'ClientIP' ? { sessionAffinityConfig: { clientIP: {} } } : {};
  const clientIp = within('clientIP', (ip) => missing(ip, { timeoutSeconds: 10_800 }));
  const affine = within('sessionAffinityConfig', clientIp)(missing(filled, sticky));
  return ports(isOpen ? missing(affine, { externalTrafficPolicy: 'Cluster' }) : affine);
}

function deploymentSpec(spec: JsonObject): JsonObject {
  const filled = missing(spec, { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10 });
  return { ...filled, strategy: rolling(filled.strategy, { maxSurge: '25%', maxUnavailable: '25%' }) };
}

function statefulSetSpec(spec: JsonObject): JsonObject {
  const filled = missing(spec, { podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10 });
  return claims({ ...filled, updateStrategy: rolling(filled.updateStrategy, { partition: 0 }) });
}

function daemonSetSpec(spec: JsonObject): JsonObject {
  const filled = missing(spec, { revisionHistoryLimit: 10 });
  return { ...filled, updateStrategy: rolling(filled.updateStrategy, { maxUnavailable: 1 }) };
}

/** An update strategy; only a rolling one has parameters. */
function rolling(value: Json | undefined, defaults: JsonObject): JsonObject {
  const strategy = missing(objectAt(value), { type: 'RollingUpdate' });
  if (strategy.type !== 'RollingUpdate') return strategy;
  return { ...strategy, rollingUpdate: missing(objectAt(strategy.rollingUpdate), defaults) };
}

const httpGet = within('httpGet', (get) => missing(get, { path: '/', scheme: 'HTTP' }));
const probe = inTurn(
  (object) => missing(object, { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 }),
  httpGet,
);

const quantities: Fill = (list) =>
  Object.fromEntries(Object.entries(list).map(([name, value]) => [name, canonicalQuantity(value ?? null)]));
const resources = within('resources', inTurn(within('limits', quantities), within('requests', quantities)));

// What a value comes from: an environment variable's, or a file's in a volume.
const source = inTurn(
  within('fieldRef', (field) => missing(field, { apiVersion: 'v1' })),
  within('resourceFieldRef', (field) => missing(field, { divisor: '0' })),
);
const downwardItems = eachOf('items', source);

const container = inTurn(
  (object) =>
    missing(object, {
      imagePullPolicy: pullPolicy(stringAt(object.image) ?? ''),
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    }),
  resources,
  eachOf('ports', (port) => missing(port, { protocol: 'TCP' })),
  eachOf('env', within('valueFrom', source)),
  within('livenessProbe', probe),
  within('readinessProbe', probe),
  within('startupProbe', probe),
  within('lifecycle', inTurn(within('preStop', httpGet), within('postStart', httpGet))),
);

function pullPolicy(image: string): string {
  const [, tag = 'latest'] = image.slice(image.lastIndexOf('/') + 1).split(':');
  return tag === 'latest' && !image.includes('@') ? 'Always' : 'IfNotPresent';
}

const MODE = { defaultMode: 0o644 };
const projected = eachOf(
  'sources',
  inTurn(
    within('downwardAPI', downwardItems),
    within('serviceAccountToken', (token) => missing(token, { expirationSeconds: 3600 })),
  ),
);
const volume = inTurn(
  (object) => (Object.keys(object).length === 1 ? missing(object, { emptyDir: {} }) : object),
  within('secret', (source) => missing(source, MODE)),
  within('configMap', (source) => missing(source, MODE)),
  within(
    'downwardAPI',
    inTurn(downwardItems, (source) => missing(source, MODE)),
  ),
  within(
    'projected',
    inTurn(projected, (source) => missing(source, MODE)),
  ),
  within('hostPath', (source) => missing(source, { type: '' })),
);

const podSpec = inTurn(
  (spec) =>
    missing(spec, {
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    }),
  (spec) => (spec.serviceAccountName === undefined ? spec : missing(spec, { serviceAccount: spec.serviceAccountName })),
  eachOf('containers', container),
  eachOf('initContainers', container),
  eachOf('volumes', volume),
);

const claims = eachOf('volumeClaimTemplates', (claim) => ({
  ...missing(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } }),
  spec: resources(missing(objectAt(claim.spec), { volumeMode: 'Filesystem' })),
}));

function workload(spec: JsonObject): JsonObject {
  return within('template', within('spec', podSpec))(spec);
}

function webhooks(object: JsonObject, more: JsonObject): JsonObject {
  const isOld = object.apiVersion === 'admissionregistration.k8s.io/v1beta1';
  const defaults: JsonObject = isOld
    ? {
        admissionReviewVersions: ['v1beta1'],
        failurePolicy: 'Ignore',
        matchPolicy: 'Exact',
        sideEffects: 'Unknown',
        timeoutSeconds: 30,
      }
    : { failurePolicy: 'Fail', matchPolicy: 'Equivalent', timeoutSeconds: 10 };
  const fill = inTurn(
    (webhook) => missing(webhook, { ...defaults, namespaceSelector: {}, objectSelector: {}, ...more }),
    eachOf('rules', (rule) => missing(rule, { scope: '*' })),
    within(
      'clientConfig',
      within('service', (service) => missing(service, { port: 443 })),
    ),
  );
  return eachOf('webhooks', fill)(object);
}

function crdSpec(spec: JsonObject): JsonObject {
  const named = within('names', (names) => {
    const kind = stringAt(names.kind) ?? '';
    return missing(names, { listKind: `${kind}List`, singular: kind.toLowerCase() });
  })(spec);
  return missing(named, { conversion: { strategy: 'None' } });
}

function oldCrdSpec(spec: JsonObject): JsonObject {
  const version = stringAt(spec.version) ?? stringAt(valueAt(listAt(spec.versions)[0], 'name'));
  const versions: Json = version === undefined ? [] : [{ name: version, served: true, storage: true }];
  return missing(crdSpec(spec), {
    preserveUnknownFields: true,
    scope: 'Namespaced',
    versions,
    ...(version === undefined ? {} : { version }),
  });
}

function binding(object: JsonObject): JsonObject {
  const roleRef: Fill = (role) => missing(role, { apiGroup: 'rbac.authorization.k8s.io' });
  const subject: Fill = (one) =>
    one.kind === 'ServiceAccount' ? one : missing(one, { apiGroup: 'rbac.authorization.k8s.io' });
  return inTurn(within('roleRef', roleRef), eachOf('subjects', subject))(object);
}
