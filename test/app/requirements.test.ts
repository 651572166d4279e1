import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carryOut, Moved } from '../../src/app/execute.ts';
import type { Cluster } from '../../src/app/ports.ts';
import type { Change } from '../../src/core/change.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { object } from '../objects.ts';
import { changeIn, clusterOf, fakeClock, liveIn, resourceIn } from './in-memory.ts';

const config = (name: string, rest: JsonObject = {}) => object('v1', 'ConfigMap', `istio-system/${name}`, rest);
const OLD = config('old', { data: { mesh: 'x' } });
const NEW = config('new', { data: { mesh: 'x' } });

/** The deletion of `OLD`, which rests on `NEW`, as planned there. */
async function deletionIn(cluster: Cluster): Promise<Change> {
  const change = await changeIn(cluster, { target: OLD, isAbsent: true });
  return { ...change, requires: [{ object: NEW, resource: await resourceIn(cluster, NEW) }] };
}

const carried = (change: Change, cluster: Cluster) => carryOut(change, { cluster, clock: fakeClock(), timeout: 1000 });
const isThere = async (cluster: Cluster, one: K8sObject) => (await liveIn(cluster, one)) !== undefined;

test('a change whose requirements hold is carried out, whatever became of their metadata and status', async () => {
  const touched = { ...NEW, metadata: { ...NEW.metadata, labels: { more: 'yes' } }, status: { seen: true } };
  const cluster = clusterOf(OLD, touched);
  assert.equal(await carried(await deletionIn(cluster), cluster), 'written');
  assert.equal(await isThere(cluster, OLD), false);
});

test('a requirement that is gone, is going or is something else by now stops the change before it writes', async () => {
  const going = { ...NEW, metadata: { ...NEW.metadata, deletionTimestamp: '2019-07-01T00:00:00Z' } };
  const cases: readonly (readonly [readonly K8sObject[], RegExp])[] = [
    [[], /ConfigMap\/istio-system\/new, on which it rests, is gone$/],
    [[going], /is being deleted$/],
    [[config('new', { data: { mesh: 'y' } })], /is not as the plan shows it$/],
    [[config('new', { data: { mesh: 'x' }, binaryData: { more: 'eA==' } })], /is not as the plan shows it$/],
  ];
  for (const [others, message] of cases) {
    const cluster = clusterOf(OLD, ...others);
    await assert.rejects(carried(await deletionIn(cluster), cluster), { name: 'UpgradeError', message });
    assert.ok(await isThere(cluster, OLD));
  }
});

test('what is done already needs nothing, and what moved is told as such first', async () => {
  assert.equal(await carried(await deletionIn(clusterOf(OLD)), clusterOf()), 'already-done');
  await assert.rejects(
    carried(await deletionIn(clusterOf(OLD)), clusterOf(config('old', { data: { mesh: 'z' } }))),
    Moved,
  );
});
