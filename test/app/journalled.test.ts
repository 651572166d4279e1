import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalled } from '../../src/app/journalled.ts';
import type { Journal } from '../../src/app/ports.ts';
import { ApiError, UpgradeError } from '../../src/core/errors.ts';
import { refOf, refText, resourceVersionOf } from '../../src/core/object.ts';
import { object } from '../objects.ts';
import { clusterOf, liveIn, resourceIn } from './in-memory.ts';

const MESH = object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'old' } });
const OTHER = { ...MESH, metadata: { ...MESH.metadata, name: 'other' } };

/** A journal that tells what it was told, in order. */
function listening(told: string[], refuse?: Error): Journal {
  return {
    before: async ({ verb, ref, before }) => {
      if (refuse) throw refuse;
      told.push(`before ${verb} ${refText(ref)}: ${JSON.stringify(before?.data)}`);
      return told.length;
    },
    done: async (write, after) => {
      told.push(`done ${write}: ${JSON.stringify(after?.data)}`);
    },
    refused: async (write) => {
      told.push(`refused ${write}`);
    },
  };
}

test('every write is kept with the object before it and after it', async () => {
  const told: string[] = [];
  const inner = clusterOf(MESH);
  const cluster = journalled(inner, listening(told));
  const resource = await resourceIn(cluster, MESH);
  await cluster.apply(resource, OTHER);
  await cluster.update(resource, { ...MESH, data: { mesh: 'new' } });
  await cluster.patch(resource, refOf(MESH), [{ op: 'replace', path: '/data/mesh', value: 'newer' }]);
  await cluster.delete(resource, refOf(MESH));
  assert.deepEqual(told, [
    'before apply ConfigMap/istio-system/other: undefined',
    'done 1: {"mesh":"old"}',
    'before update ConfigMap/istio-system/istio: {"mesh":"old"}',
    'done 3: {"mesh":"new"}',
    'before patch ConfigMap/istio-system/istio: {"mesh":"new"}',
    'done 5: {"mesh":"newer"}',
    'before delete ConfigMap/istio-system/istio: {"mesh":"newer"}',
    'done 7: undefined',
  ]);
});

test('a dry-run and a read are nothing to keep', async () => {
  const told: string[] = [];
  const cluster = journalled(clusterOf(MESH), listening(told));
  const resource = await resourceIn(cluster, MESH);
  await cluster.apply(resource, OTHER, { dryRun: true });
  await cluster.update(resource, MESH, { dryRun: true });
  await cluster.get(resource, refOf(MESH));
  assert.deepEqual(told, []);
});

test('what cannot be kept is not written', async () => {
  const inner = clusterOf(MESH);
  const cluster = journalled(inner, listening([], new UpgradeError('no space')));
  const resource = await resourceIn(cluster, MESH);
  await assert.rejects(cluster.apply(resource, OTHER), { message: 'no space' });
  await assert.rejects(cluster.delete(resource, refOf(MESH)), { message: 'no space' });
  assert.equal(await liveIn(inner, OTHER), undefined);
  assert.ok(await liveIn(inner, MESH));
});

test('a refusal had no effect; what came of a write without an answer is left open', async () => {
  const told: string[] = [];
  const inner = clusterOf(MESH);
  const failing = (error: Error) =>
    journalled({ ...journalled(inner, listening([])), delete: () => Promise.reject(error) }, listening(told));
  const resource = await resourceIn(inner, MESH);
  const conflict = new ApiError('no', { status: 409, reason: 'Conflict' });
  await assert.rejects(failing(conflict).delete(resource, refOf(MESH)), conflict);
  assert.deepEqual(told.splice(0).slice(1), ['refused 1']);
  for (const error of [new ApiError('no', { status: 504, reason: 'Timeout' }), new UpgradeError('reset')]) {
    await assert.rejects(failing(error).delete(resource, refOf(MESH)), error);
    assert.deepEqual(told.splice(0).slice(1), []);
  }
});

test('an evicted pod is kept by its name', async () => {
  const told: string[] = [];
  const pod = object('v1', 'Pod', 'shop/cart-1', { spec: { containers: [] } });
  const inner = clusterOf(pod);
  const live = await liveIn(inner, pod);
  assert.ok(live && resourceVersionOf(live));
  await journalled(inner, listening(told)).evict(live);
  assert.deepEqual(told, ['before evict Pod/shop/cart-1: undefined', 'done 1: undefined']);
});
