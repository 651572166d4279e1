import type { JsonObject } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';

const PILOT_CONFIG = ['httpapispecs', 'httpapispecbindings', 'quotaspecs', 'quotaspecbindings'];
const NETWORKING = ['destinationrules', 'envoyfilters', 'gateways', 'serviceentries', 'sidecars', 'virtualservices'];
const MIXER = [
  ...[
    'rules',
    'attributemanifests',
    'circonuses',
    'deniers',
    'fluentds',
    'kubernetesenvs',
    'listcheckers',
    'memquotas',
  ],
  ...[
    'noops',
    'opas',
    'prometheuses',
    'rbacs',
    'solarwindses',
    'stackdrivers',
    'cloudwatches',
    'dogstatsds',
    'statsds',
  ],
  ...['stdios', 'apikeys', 'authorizations', 'checknothings', 'listentries', 'logentries', 'metrics', 'quotas'],
  ...['reportnothings', 'tracespans'],
];

/**
 * What Istio 1.1's chart has Galley register (charts/galley/templates/validatingwebhookconfiguration.yaml.tpl), with the service
 * replaced by a URL, since no pod runs here. It has no `sideEffects`.
 */
export function webhookConfiguration(url: string, caBundle: string): K8sObject {
  const pilot = [
    rule('config.istio.io', 'v1alpha2', PILOT_CONFIG),
    rule('rbac.istio.io', '*', ['*']),
    rule('authentication.istio.io', '*', ['*']),
    rule('networking.istio.io', '*', NETWORKING),
  ];
  const mixer = [rule('config.istio.io', 'v1alpha2', MIXER)];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: {
      name: 'istio-galley',
      labels: { app: 'galley', chart: 'galley', heritage: 'Tiller', release: 'istio', istio: 'galley' },
    },
    webhooks: [
      webhook('pilot.validation.istio.io', { url: `${url}/admitpilot`, caBundle }, pilot),
      webhook('mixer.validation.istio.io', { url: `${url}/admitmixer`, caBundle }, mixer),
    ],
  };
}

function webhook(name: string, clientConfig: JsonObject, rules: readonly JsonObject[]): JsonObject {
  return { name, clientConfig, rules, failurePolicy: 'Fail' };
}

function rule(group: string, version: string, resources: readonly string[]): JsonObject {
  return { operations: ['CREATE', 'UPDATE'], apiGroups: [group], apiVersions: [version], resources };
}
