import { type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, parseApiVersion } from '../core/object.ts';
import { eachOf, type Fill, inTurn, missing, within } from './fill.ts';
import { podSpec, resources } from './pod-defaults.ts';

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
