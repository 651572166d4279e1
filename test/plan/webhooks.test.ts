import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { webhookAgainstDryRun } from '../../src/plan/webhooks.ts';
import { object, resourceOf } from '../objects.ts';

const RULES = {
  operations: ['CREATE', 'UPDATE'],
  apiGroups: ['networking.istio.io'],
  apiVersions: ['*'],
  resources: ['gateways', 'destinationrules'],
};
const GATEWAY = resourceOf(object('networking.istio.io/v1alpha3', 'Gateway', 'a/b'));
const webhook = (parts: JsonObject, kind = 'ValidatingWebhookConfiguration') =>
  object('admissionregistration.k8s.io/v1beta1', kind, 'istio-galley', {
    webhooks: [{ name: 'pilot.validation.istio.io', rules: [RULES], ...parts }],
  });
const against = (configuration: ReturnType<typeof webhook>, resource = GATEWAY) =>
  webhookAgainstDryRun(snapshotOf([configuration]), resource);

test('a webhook that declares nothing, or that it may have effects, is named', () => {
  const named = 'istio-galley (pilot.validation.istio.io)';
  assert.equal(against(webhook({})), named);
  assert.equal(against(webhook({ sideEffects: 'Unknown' })), named);
  assert.equal(against(webhook({ sideEffects: 'Some' })), named);
  assert.equal(against(webhook({}, 'MutatingWebhookConfiguration')), named);
});

test('a webhook without effects in a dry-run does not stand in its way', () => {
  for (const sideEffects of ['None', 'NoneOnDryRun']) assert.equal(against(webhook({ sideEffects })), undefined);
});

test('a webhook for other resources, groups, versions or operations is not asked', () => {
  const others: readonly JsonObject[] = [
    { ...RULES, resources: ['services'] },
    { ...RULES, resources: ['gateways/status'] },
    { ...RULES, apiGroups: [''] },
    { ...RULES, apiVersions: ['v1beta1'] },
    { ...RULES, operations: ['DELETE'] },
  ];
  for (const rule of others) assert.equal(against(webhook({ rules: [rule] })), undefined, JSON.stringify(rule));
});

test('asterisks match everything', () => {
  const all = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] };
  assert.ok(against(webhook({ rules: [all] })));
  assert.ok(against(webhook({ rules: [{ ...all, resources: ['*/*'] }] })));
});

test('every webhook of every configuration is looked at', () => {
  const safe = { name: 'safe', rules: [RULES], sideEffects: 'None' };
  const snapshot = snapshotOf([
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'aa', { webhooks: [safe] }),
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'bb', {
      webhooks: [safe, { name: 'unsafe', rules: [RULES] }],
    }),
  ]);
  assert.equal(webhookAgainstDryRun(snapshot, GATEWAY), 'bb (unsafe)');
});
