import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { PodTraits } from '../../src/injection/decision.ts';
import {
  type Injector,
  injectionWebhooks,
  injectorConfigOf,
  webhookDecision,
} from '../../src/mesh/webhook-decision.ts';
import { object } from '../objects.ts';

const POD: PodTraits = { hostNetwork: false, inject: undefined, labels: { app: 'cart', version: 'v1' } };
const ENABLED = { policy: 'enabled', neverInjectSelector: [], alwaysInjectSelector: [] };
const INJECTOR: Injector = {
  webhooks: undefined,
  config: ENABLED,
  namespaces: new Map([
    ['shop', { 'istio-injection': 'enabled' }],
    ['tools', {}],
    ['kube-system', { 'istio-injection': 'enabled' }],
  ]),
};

function decision(traits: Partial<PodTraits> = {}, injector: Partial<Injector> = {}, namespace = 'shop') {
  return webhookDecision({ ...POD, ...traits }, namespace, { ...INJECTOR, ...injector });
}

const injects = (...args: Parameters<typeof decision>) => decision(...args)?.injects;
const scope = (...args: Parameters<typeof decision>) => {
  const made = decision(...args);
  return made?.injects === false ? made.scope : undefined;
};

test('pods of a labelled namespace are injected, of any other not, and of one that could not be read nobody knows', () => {
  assert.equal(injects(), true);
  assert.equal(scope({}, {}, 'tools'), 'namespace');
  assert.equal(decision({}, {}, 'hidden'), undefined);
});

test("Kubernetes' own namespaces are never injected, label or not", () => {
  assert.equal(injects({}, {}, 'kube-system'), false);
});

test('a labelled namespace without a webhook that selects it is told apart from an ordinary one', () => {
  assert.equal(scope({}, { webhooks: [] }), 'pod');
  assert.equal(scope({}, { webhooks: [] }, 'tools'), 'namespace');
  const webhooks = [{ namespaces: { matchLabels: { team: 'a' } }, objects: {} }];
  assert.equal(scope({}, { webhooks }), 'pod');
});

test('the injector is asked about the pods that the webhook selects, and what it refuses is the doing of the pod', () => {
  assert.deepEqual(decision({ hostNetwork: true, inject: 'true' }), {
    injects: false,
    scope: 'pod',
    why: 'hostNetwork',
  });
  assert.equal(scope({}, { config: { ...ENABLED, policy: 'disabled' } }), 'pod');
  assert.equal(scope({ inject: 'true' }, {}, 'tools'), 'namespace');
});

test("the webhooks are found by name and control plane, and their selectors are the server's", () => {
  const webhook = (namespace: string, rest: JsonObject) => ({
    name: 'sidecar-injector.istio.io',
    clientConfig: { service: { namespace } },
    ...rest,
  });
  const everything = {
    namespaceSelector: { matchExpressions: [{ key: 'istio-injection', operator: 'NotIn', values: ['disabled'] }] },
  };
  const found = injectionWebhooks(
    [
      object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'a', {
        webhooks: [{ name: 'other.example.org' }, webhook('istio-system', everything), webhook('elsewhere', {})],
      }),
    ],
    'istio-system',
  );
  assert.equal(found.length, 1);
  assert.equal(injects({}, { webhooks: found }, 'tools'), true);
  const [one] = found;
  assert.ok(one);
  const objects = { matchLabels: { mesh: 'yes' } };
  assert.equal(scope({}, { webhooks: [{ ...one, objects }] }), 'pod');
});

test("the injector's configuration is read from its ConfigMap; without one, or unreadable, the default counts", () => {
  const configMap = (config: string) =>
    object('v1', 'ConfigMap', 'istio-system/istio-sidecar-injector', { data: { config } });
  const text = 'policy: disabled\nalwaysInjectSelector: [{matchLabels: {app: cart}}]\ntemplate: |-\n  [[ .Spec ]]\n';
  const config = injectorConfigOf(configMap(text));
  assert.equal(config?.policy, 'disabled');
  assert.equal(injects({}, { config }), true);
  assert.equal(injects({ labels: {} }, { config }), false);
  assert.equal(injectorConfigOf(undefined), undefined);
  assert.equal(injectorConfigOf(configMap('policy: [')), undefined);
  assert.equal(injects({ labels: {} }, { config: undefined }), true);
});
