import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { refText } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { type AdmissionRequest, admissionWebhooks, isAsked } from '../../src/mesh/admission-webhooks.ts';
import { object } from '../objects.ts';

const PODS = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
const POD: AdmissionRequest = {
  group: '',
  resource: 'pods',
  operations: ['CREATE'],
  namespace: { team: 'a' },
  labels: { app: 'cart' },
};

function webhooks(...all: readonly JsonObject[]) {
  const path = 'admissionregistration.k8s.io/v1';
  const validating = object(path, 'ValidatingWebhookConfiguration', 'a', { webhooks: all });
  return admissionWebhooks(snapshotOf([validating, object(path, 'MutatingWebhookConfiguration', 'b', {})]));
}

function asked(webhook: JsonObject, request: Partial<AdmissionRequest> = {}): boolean {
  const [only] = webhooks(webhook);
  assert.ok(only);
  return isAsked(only, { ...POD, ...request });
}

test('a webhook has a Service or a URL, and is fatal where it says so', () => {
  const service = { namespace: 'tools', name: 'policy' };
  const [called, by] = webhooks(
    { name: 'x', failurePolicy: 'Fail', clientConfig: { service, caBundle: 'Y2E=' } },
    { name: 'y', clientConfig: { url: 'https://example.org', caBundle: '' } },
  );
  assert.equal(called?.service && refText(called.service), 'Service/tools/policy');
  assert.deepEqual([called?.isFatal, called?.hasCaBundle], [true, true]);
  assert.deepEqual([by?.service, by?.isFatal, by?.hasCaBundle], [undefined, false, false]);
});

test('a rule matches by group, resource and operation, each of them or all', () => {
  assert.equal(asked({ rules: [PODS] }), true);
  assert.equal(asked({ rules: [PODS] }, { group: 'apps' }), false);
  assert.equal(asked({ rules: [PODS] }, { resource: 'services' }), false);
  assert.equal(asked({ rules: [PODS] }, { operations: ['UPDATE'] }), false);
  assert.equal(asked({ rules: [{ apiGroups: ['*'], operations: ['*'], resources: ['*/*'] }] }), true);
  assert.equal(asked({ rules: [{ ...PODS, resources: ['pods/*'] }] }), false);
  assert.equal(asked({}), false);
});

test('a rule may be about what is in a namespace only, or in none only', () => {
  const scoped = (scope: string) => ({ rules: [{ ...PODS, scope }] });
  assert.deepEqual([asked(scoped('Namespaced')), asked(scoped('Cluster')), asked(scoped('*'))], [true, false, true]);
  assert.equal(asked(scoped('Cluster'), { namespace: 'none' }), true);
  assert.equal(asked(scoped('Namespaced'), { namespace: 'none' }), false);
});

test('namespaces are selected by their labels; what is in none always is, and what is not known never', () => {
  const selecting = { rules: [PODS], namespaceSelector: { matchLabels: { team: 'a' } } };
  assert.equal(asked(selecting), true);
  assert.equal(asked(selecting, { namespace: {} }), false);
  assert.equal(asked(selecting, { namespace: 'none' }), true);
  assert.equal(asked(selecting, { namespace: undefined }), false);
  assert.equal(asked({ rules: [PODS] }, { namespace: undefined }), true);
});

test('objects are selected by their labels, where these are known', () => {
  const selecting = { rules: [PODS], objectSelector: { matchLabels: { app: 'cart' } } };
  assert.equal(asked(selecting), true);
  assert.equal(asked(selecting, { labels: {} }), false);
  assert.equal(asked(selecting, { labels: undefined }), true);
});
