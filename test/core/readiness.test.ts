import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { readinessOf } from '../../src/core/readiness.ts';
import { object } from '../objects.ts';

interface State {
  readonly title: string;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  /** `ready`, or the state and why. */
  readonly is: 'ready' | readonly ['waiting' | 'failed', RegExp];
}

function table(kind: string, apiVersion: string, states: readonly State[]): void {
  for (const { title, spec = {}, status = {}, is } of states) {
    test(`${kind}: ${title}`, () => {
      const metadata = { generation: 2 };
      const readiness = readinessOf(object(apiVersion, kind, 'istio-system/x', { metadata, spec, status }));
      if (is === 'ready') {
        assert.deepEqual(readiness, { state: 'ready' });
        return;
      }
      assert.equal(readiness.state, is[0]);
      assert.match('why' in readiness ? readiness.why : '', is[1]);
    });
  }
}

const seen = (status: JsonObject): JsonObject => ({ observedGeneration: 2, ...status });
const condition = (type: string, status: string, more: JsonObject = {}): JsonObject => ({ type, status, ...more });

table('Deployment', 'apps/v1', [
  {
    title: 'a paused rollout will not go on by itself',
    spec: { replicas: 1, paused: true },
    status: seen({ replicas: 1, updatedReplicas: 0, availableReplicas: 1 }),
    is: ['failed', /paused: resume it with kubectl rollout resume/],
  },
  { title: 'a status that is not there yet is waited for', is: ['waiting', /controller has not seen/] },
  {
    title: 'counts of the previous spec say nothing about this one',
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    is: ['waiting', /controller has not seen/],
  },
  {
    title: 'new pods have to be created',
    spec: { replicas: 3 },
    status: seen({ replicas: 3, updatedReplicas: 1, availableReplicas: 3 }),
    is: ['waiting', /^1 of 3 new pods created$/],
  },
  {
    title: 'old pods have to stop',
    spec: { replicas: 2 },
    status: seen({ replicas: 3, updatedReplicas: 2, availableReplicas: 3 }),
    is: ['waiting', /^1 old pod still to stop$/],
  },
  {
    title: 'new pods have to be available',
    spec: { replicas: 2 },
    status: seen({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }),
    is: ['waiting', /^1 of 2 new pods available$/],
  },
  {
    title: 'one replica is the default',
    status: seen({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }),
    is: 'ready',
  },
  { title: 'scaled to zero it is there at once', spec: { replicas: 0 }, status: seen({}), is: 'ready' },
  {
    title: 'past its progress deadline waiting does not help',
    status: seen({ conditions: [condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' })] }),
    is: ['failed', /progress deadline/],
  },
  {
    title: 'the deadline of the previous spec is none of this one',
    status: {
      observedGeneration: 1,
      conditions: [condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' })],
    },
    is: ['waiting', /controller has not seen/],
  },
]);

table('StatefulSet', 'apps/v1', [
  {
    title: 'pods have to be ready',
    spec: { replicas: 2 },
    status: seen({ readyReplicas: 1 }),
    is: ['waiting', /^1 of 2 pods ready$/],
  },
  {
    title: 'pods of the old revision have to be updated',
    spec: { replicas: 2 },
    status: seen({ readyReplicas: 2, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' }),
    is: ['waiting', /^1 of 2 pods updated$/],
  },
  {
    title: 'when every pod has the new revision it is ready',
    spec: { replicas: 2 },
    status: seen({ readyReplicas: 2, updatedReplicas: 2, currentRevision: 'b', updateRevision: 'b' }),
    is: 'ready',
  },
  {
    title: 'on OnDelete nobody updates the pods',
    spec: { replicas: 1, updateStrategy: { type: 'OnDelete' } },
    status: seen({ readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' }),
    is: 'ready',
  },
]);

table('DaemonSet', 'apps/v1', [
  {
    title: 'every node has to have the new pod',
    status: seen({ desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3 }),
    is: ['waiting', /^2 of 3 pods updated$/],
  },
  {
    title: 'the new pods have to be available',
    status: seen({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }),
    is: ['waiting', /^2 of 3 pods available$/],
  },
  {
    title: 'with all of them it is ready',
    status: seen({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }),
    is: 'ready',
  },
  { title: 'without a node for it it is ready', status: seen({ desiredNumberScheduled: 0 }), is: 'ready' },
  {
    title: 'on OnDelete nobody updates the pods',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: seen({ desiredNumberScheduled: 3, updatedNumberScheduled: 0 }),
    is: 'ready',
  },
  { title: 'a new spec has to be seen first', spec: {}, status: {}, is: ['waiting', /controller has not seen/] },
]);

table('CustomResourceDefinition', 'apiextensions.k8s.io/v1beta1', [
  { title: 'a new one is not established', is: ['waiting', /not established/] },
  {
    title: 'names that another one has are not accepted, and waiting does not help',
    status: { conditions: [condition('NamesAccepted', 'False', { message: '"Gateway" is already in use' })] },
    is: ['failed', /names not accepted: "Gateway" is already in use/],
  },
  {
    title: 'accepted names alone do not serve',
    status: { conditions: [condition('NamesAccepted', 'True'), condition('Established', 'False')] },
    is: ['waiting', /not established/],
  },
  {
    title: 'established it is ready',
    status: { conditions: [condition('NamesAccepted', 'True'), condition('Established', 'True')] },
    is: 'ready',
  },
]);

table('ConfigMap', 'v1', [{ title: 'what has no such notion is ready once it exists', is: 'ready' }]);
