import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { normalise } from '../../src/diff/normalise.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function deployment(metadata: Record<string, Json>, template: Json, rest: Record<string, Json> = {}): K8sObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'pilot', namespace: 'istio-system', ...metadata },
    spec: { template },
    ...rest,
  };
}

describe('normalising an object', () => {
  it('removes what the server writes and keeps everything else', () => {
    const live = deployment(
      {
        uid: 'u',
        resourceVersion: '1',
        generation: 2,
        creationTimestamp: '2019-06-18T00:00:00Z',
        selfLink: '/x',
        managedFields: [{ manager: 'kubectl' }],
        labels: { app: 'pilot' },
        annotations: { [LAST_APPLIED]: '{}', 'deployment.kubernetes.io/revision': '3', mine: 'yes' },
        finalizers: ['mine'],
      },
      { metadata: { creationTimestamp: null, labels: { app: 'pilot' } }, spec: {} },
      { status: { replicas: 1 } },
    );
    assert.deepEqual(
      normalise(live),
      deployment(
        { labels: { app: 'pilot' }, annotations: { mine: 'yes' }, finalizers: ['mine'] },
        { metadata: { labels: { app: 'pilot' } }, spec: {} },
      ),
    );
  });

  it('takes an empty map of annotations or labels, and one that becomes empty, as none', () => {
    const empty = { annotations: {}, labels: {} };
    assert.deepEqual(
      normalise(deployment({ annotations: { [LAST_APPLIED]: '{}' }, labels: null }, { metadata: empty })),
      deployment({}, { metadata: {} }),
    );
  });

  it("removes the empty time from a CronJob's templates", () => {
    const empty = { creationTimestamp: null };
    const cronJob = {
      apiVersion: 'batch/v1beta1',
      kind: 'CronJob',
      metadata: { name: 'a' },
      spec: { jobTemplate: { metadata: empty, spec: { template: { metadata: empty } } } },
    };
    assert.deepEqual(normalise(cronJob).spec, { jobTemplate: { metadata: {}, spec: { template: { metadata: {} } } } });
  });

  it('keeps field ownership where that is asked for', () => {
    const managedFields = [{ manager: 'kubectl' }];
    const shown = normalise(deployment({ managedFields, uid: 'u' }, {}), { showManagedFields: true });
    assert.deepEqual(shown.metadata, { name: 'pilot', namespace: 'istio-system', managedFields });
  });

  it('leaves its input as it is, and a second time changes nothing', () => {
    const live = deployment(
      { uid: 'u', annotations: { [LAST_APPLIED]: '{}' } },
      { metadata: { creationTimestamp: null } },
    );
    const copy = structuredClone(live);
    const once = normalise(live);
    assert.deepEqual(live, copy);
    assert.deepEqual(normalise(once), once);
  });
});
