import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isArray, isObject, type Json } from '../../src/core/json.ts';
import { apiVersionOf, type K8sObject, parseApiVersion, refOf, refText } from '../../src/core/object.ts';
import { withDefaults } from '../../src/fields/defaults.ts';
import { clusterTests } from '../cluster/harness/binaries.ts';
import type { TestCluster } from '../cluster/harness/cluster.ts';
import { startControlPlane } from '../cluster/harness/control-plane.ts';
import { object } from '../objects.ts';
import { INCOMPLETE } from './defaults-samples.ts';

const title = (target: K8sObject) => `${parseApiVersion(target.apiVersion).version} ${refText(refOf(target))}`;

for (const manifest of INCOMPLETE) {
  test(`filling in ${title(manifest)} twice is filling it in once, and changes nothing that is there`, () => {
    const original = structuredClone(manifest);
    const filled = withDefaults(manifest);
    assert.deepEqual(withDefaults(filled), filled);
    assert.deepEqual(lost(manifest, filled, ''), []);
    assert.deepEqual(manifest, original);
  });
}

test('custom resources and kinds without defaults are returned as they are', () => {
  const targets = [
    object('networking.istio.io/v1alpha3', 'Service', 'a/b', { spec: { ports: [{ port: 80 }] } }),
    object('v1', 'ConfigMap', 'a/b', { data: {} }),
  ];
  for (const target of targets) assert.equal(withDefaults(target), target);
});

clusterTests('defaults against a real kube-apiserver', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startControlPlane();
    await cluster.stopControllers();
  });
  after(() => cluster?.stop());

  for (const manifest of INCOMPLETE) {
    test(`${title(manifest)} is stored as it is filled in here`, async () => {
      const stored = await cluster.create(manifest);
      assert.equal(stored.apiVersion, apiVersionOf(parseApiVersion(manifest.apiVersion)));
      assert.deepEqual(withoutAllocated(withDefaults(manifest)), withoutAllocated(stored));
    });
  }
});

// Numbers that the server hands out, and the empty times that Go's encoder writes into templates.
const ALLOCATED = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'];

function withoutAllocated({ metadata: _metadata, status: _status, ...rest }: K8sObject): Json {
  const copy: Json = JSON.parse(JSON.stringify(rest), (key, value) => {
    const isTime = key === 'creationTimestamp' && value === null;
    return isTime || (rest.kind === 'Service' && ALLOCATED.includes(key)) ? undefined : value;
  });
  return copy;
}

/** Paths at which the second value lacks or changes what the first has; quantities are numbers, however they are written. */
function lost(before: Json | undefined, after: Json | undefined, path: string): readonly string[] {
  if (path.includes('.requests.') || path.includes('.limits.')) return after === undefined ? [path] : [];
  if (isObject(before) && isObject(after))
    return Object.entries(before).flatMap(([key, value]) => lost(value, after[key], `${path}.${key}`));
  if (isArray(before) && isArray(after))
    return before.length === after.length
      ? before.flatMap((item, index) => lost(item, after[index], `${path}[${index}]`))
      : [path];
  return before === after ? [] : [path];
}
