import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectAt } from '../../src/core/json.ts';
import { withDefaults } from '../../src/fields/defaults.ts';
import { missingFromOriginal } from '../../src/injection/original.ts';
import { podSpecOf } from '../../src/injection/pod-template.ts';
import { cronJob, deployment } from './workloads.ts';

test('what a server fills in is not missing from a manifest', () => {
  const live = withDefaults(deployment({ containers: [{ name: 'cart', ports: [{ containerPort: 80 }] }] }));
  const grown = {
    ...live,
    metadata: { ...live.metadata, uid: 'u', annotations: { 'deployment.kubernetes.io/revision': '3' } },
  };
  assert.deepEqual(
    missingFromOriginal(grown, deployment({ containers: [{ name: 'cart', ports: [{ containerPort: 80 }] }] })),
    [],
  );
});

test('what is missing as a whole is named once, what differs by its path, and what the manifest adds not at all', () => {
  const live = deployment({
    containers: [
      { name: 'cart', image: 'cart:4' },
      { name: 'agent', image: 'agent:1', env: [{ name: 'A', value: 'b' }] },
    ],
    affinity: { podAntiAffinity: {} },
  });
  const labelled = { ...live, metadata: { ...live.metadata, labels: { team: 'a' } } };
  const original = deployment({ containers: [{ name: 'cart', image: 'cart:3' }], nodeSelector: { zone: 'b' } });
  assert.deepEqual([...missingFromOriginal(labelled, original)].sort(), [
    'metadata.labels.team',
    'spec.template.spec.affinity',
    'spec.template.spec.containers[name="agent"]',
    'spec.template.spec.containers[name="cart"].image',
  ]);
});

test('the same holds for the other kinds', () => {
  const pods = podSpecOf(withDefaults(deployment()));
  const live = cronJob(pods);
  const filled = {
    suspend: false,
    concurrencyPolicy: 'Allow',
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  };
  assert.deepEqual(missingFromOriginal({ ...live, spec: { ...objectAt(live.spec), ...filled } }, cronJob()), []);
  const suspended = { ...live, spec: { ...objectAt(live.spec), ...filled, suspend: true } };
  assert.deepEqual(missingFromOriginal(suspended, cronJob()), ['spec.suspend']);
});
