import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isArray, isObject, type Json, listAt, objectAt, stringAt, valueAt } from '../../src/core/json.ts';
import { lastAppliedOf } from '../../src/core/last-applied.ts';
import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { sidecarVersion } from '../../src/injection/detect.ts';
import { type Ran, run } from '../cli/run.ts';
import { dataText, objectsIn, semantic } from '../injection/recorded.ts';
import { standInIstioctl } from '../injection/stand-in-istioctl.ts';
import { object } from '../objects.ts';
import { istioData, istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { type StandInKubelet, standInKubelet } from './harness/kubelet.ts';
import { rolledOut } from './harness/rollout.ts';
import { smallIstio } from './harness/small-istio.ts';
import { namespaceObject } from './harness/workloads.ts';

const CASE = join(istioData() ?? '', 'sidecars/deployment-plain');
const SLEEP = object('apps/v1', 'Deployment', 'legacy/sleep');
// One that only a server of a later time than Istio's knows, and that somebody else has set.
const SPREAD = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} };

istioTests('a Deployment that was injected by hand with 1.1.17', () => {
  let cluster: TestCluster;
  let kubelet: StandInKubelet;
  let flags: readonly string[];
  let next: K8sObject;
  let injectedByHand: K8sObject;

  before(async () => {
    cluster = await startControlPlane();
    kubelet = await standInKubelet(cluster, { nodes: 2 });
    kubelet.readiness = () => true;
    for (const one of [...controlPlane(), namespaceObject('legacy')]) await cluster.create(one);
    await cluster.create(object('v1', 'ServiceAccount', 'legacy/sleep'));
    const [injected] = objectsIn(join(CASE, 'injected-1.2.0.yaml'));
    assert.ok(injected);
    next = injected;
    flags = ['--phase', 'data-plane', '-n', 'legacy', '--istioctl', standInIstioctl(cluster.directory, [next])];
    await applyFile('injected-1.1.17.yaml');
    const template = { spec: { template: { spec: { topologySpreadConstraints: [SPREAD] } } } };
    await cluster.patch(SLEEP, 'strategic-merge', template, { fieldManager: 'spreader' });
    await rolledOut(cluster, 'istio-system');
    await rolledOut(cluster, 'legacy');
    injectedByHand = await live();
  });
  after(() => cluster?.stop());

  const upgrade = (command: 'plan' | 'apply', ...more: readonly string[]): Promise<Ran> =>
    run([command, ...flags, ...more], { env: { KUBECONFIG: cluster.kubeconfig() } });

  async function live(): Promise<K8sObject> {
    const found = await cluster.get(SLEEP);
    assert.ok(found);
    return found;
  }

  async function applyFile(name: string): Promise<void> {
    const text = readFileSync(join(CASE, name), 'utf8').replaceAll(/^\d{4}-\d\d-\d\dT\S+\t.*\n/gm, '');
    const file = join(cluster.directory, name);
    writeFileSync(file, text);
    const ran = await cluster.kubectl(['apply', '-f', file]);
    assert.equal(ran.code, 0, ran.stderr);
  }

  test('is planned as istioctl 1.2.0 answers, in one write that the server predicts', async () => {
    const { out, err, exit } = await upgrade('plan', '-o', 'json');
    assert.equal(exit, 0, err + out);
    const [change, ...others] = listAt(JSON.parse(out).changes);
    assert.deepEqual(others, []);
    const planned = valueAt(change, 'after');
    assert.ok(isK8sObject(planned));
    assertInjected(planned);
    assert.equal(valueAt(change, 'prediction'), 'server');
    assert.deepEqual(valueAt(change, 'conflicts'), []);
    assert.equal((await live()).metadata.generation, injectedByHand.metadata.generation, 'planning writes nothing');
  });

  test('rolls out once, has the new sidecar, and is done', async () => {
    const { out, err, exit } = await upgrade('apply', '--yes', '--timeout', '60s');
    assert.equal(exit, 0, out + err);
    const upgraded = await live();
    assertInjected(upgraded);
    assert.equal(upgraded.metadata.generation, Number(injectedByHand.metadata.generation) + 1);
    const pods = await cluster.list('v1', 'Pod', 'legacy');
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    assert.deepEqual(
      staying.map((pod) => sidecarVersion(pod)?.minor),
      [2, 2],
    );
    const again = await upgrade('plan', '--detailed-exitcode');
    assert.equal(again.exit, 0, again.out);
    assert.match(again.out, /^nothing to do/m);
  });

  test("leaves what others own to them, and kubectl's record in step", async () => {
    const now = await live();
    const spreaders = listAt(now.metadata.managedFields).filter((entry) => valueAt(entry, 'manager') === 'spreader');
    assert.equal(spreaders.length, 1);
    const spread = valueAt(spreaders[0], 'fieldsV1', 'f:spec', 'f:template', 'f:spec', 'f:topologySpreadConstraints');
    assert.ok(isObject(spread));
    const record = lastAppliedOf(now);
    assert.ok(isK8sObject(record));
    assert.equal(sidecarVersion(record)?.minor, 2);
    assert.equal(valueAt(record, 'spec', 'template', 'spec', 'topologySpreadConstraints'), undefined);
  });

  // Applying keeps the order that environment variables have, and kubectl puts its own in place: that is all it finds to change.
  test('is what kubectl apply of the manifest that istioctl 1.2.0 injected wants, but for the order of its variables', async () => {
    const upgraded = await live();
    await applyFile('injected-1.2.0.yaml');
    const applied = await live();
    assertInjected(applied);
    assert.deepEqual(byName(applied), byName(upgraded));
    await applyFile('injected-1.2.0.yaml');
    assert.equal((await live()).metadata.generation, applied.metadata.generation);
  });

  function assertInjected(workload: K8sObject): void {
    const { topologySpreadConstraints, ...spec } = objectAt(valueAt(workload, 'spec', 'template', 'spec'));
    assert.deepEqual(topologySpreadConstraints, [SPREAD]);
    const wanted = valueAt(next, 'spec', 'template');
    assertHolds({ ...objectAt(valueAt(workload, 'spec', 'template')), spec }, wanted ?? null, 'template');
  }
});

/** A control plane of 1.2.0 with its own injection configuration, and without a webhook. */
function controlPlane(): readonly K8sObject[] {
  const text = (file: string) => dataText(`istio-1.2.0/injection/${file}`);
  const data = { config: text('config.yaml'), values: text('values.json') };
  return smallIstio('1.2.0').map((one) => {
    if (one.kind !== 'ConfigMap') return one;
    return { ...one, data: one.metadata.name === 'istio' ? { mesh: text('mesh.yaml') } : data };
  });
}

/** The spec with its named lists in the order of the names. */
function byName({ spec }: K8sObject): Json {
  const nameOf = (item: Json) => stringAt(valueAt(item, 'name')) ?? '';
  const sorted = (_key: string, value: Json) =>
    isArray(value) && value.every(isObject) ? value.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b))) : value;
  return JSON.parse(JSON.stringify(spec ?? null, sorted));
}

/** Everything that is wanted is there, and of what is named nothing else: what the server fills in is not in the manifest. */
function assertHolds(found: Json | undefined, wanted: Json, path: string): void {
  if (isArray(wanted)) {
    assert.ok(isArray(found), path);
    assert.equal(found.length, wanted.length, path);
    for (const [index, item] of wanted.entries())
      assertHolds(itemLike(item, found) ?? found[index], item, `${path}[${index}]`);
    return;
  }
  if (!isObject(wanted)) {
    assert.deepEqual(found ?? null, wanted, path);
    return;
  }
  const meant = semantic({ apiVersion: '', kind: '', ...wanted, metadata: { name: '', ...objectAt(wanted.metadata) } });
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = meant;
  for (const [key, value] of Object.entries(rest)) assertHolds(valueAt(found, key), value ?? null, `${path}.${key}`);
  if (wanted.metadata !== undefined)
    for (const key of ['labels', 'annotations'])
      assert.deepEqual(valueAt(found, 'metadata', key), valueAt(metadata, key), `${path}.metadata.${key}`);
}

function itemLike(item: Json, items: readonly Json[]): Json | undefined {
  const name = valueAt(item, 'name');
  return name === undefined ? undefined : items.find((one) => valueAt(one, 'name') === name);
}
