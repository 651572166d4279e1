import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evictor } from '../../src/app/evictor.ts';
import { carryOut, Moved } from '../../src/app/execute.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { sureWrites } from '../../src/app/sure-writes.ts';
import { beforeOf, type Change } from '../../src/core/change.ts';
import { ApiError, NoAnswer } from '../../src/core/errors.ts';
import { canonicalJson, withoutKey } from '../../src/core/json.ts';
import { type K8sObject, uidOf } from '../../src/core/object.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { deployment, object, owned, ownedObject, replicaSet } from '../objects.ts';
import { but, changeIn, clusterOf, fakeClock } from './in-memory.ts';

const config = (data: Readonly<Record<string, string>>) => object('v1', 'ConfigMap', 'istio-system/istio', { data });
const OLD = byKubectl(config({ mesh: 'old', gone: 'x' }));
const NEW = config({ mesh: 'new' });

function byKubectl(target: K8sObject): K8sObject {
  return ownedObject(target, owned('kubectl-client-side-apply', fieldsOf(target)));
}

/** What happens to the `at`th write: no answer or a failure, before or after it was made; `meanwhile` comes right behind it. */
interface Fault {
  readonly at: number;
  readonly when: 'before' | 'after';
  readonly error: () => Error;
  readonly meanwhile?: (() => Promise<unknown>) | undefined;
}

function faulty(cluster: MemoryClusterPort, { at, when, error, meanwhile }: Fault) {
  let writes = 0;
  const write = async <T>(make: () => Promise<T>): Promise<T> => {
    writes += 1;
    if (writes !== at) return make();
    if (when === 'after') await make();
    await meanwhile?.();
    throw error();
  };
  const shaky: Cluster & Evictor = {
    ...but(cluster, {
      apply: (resource, body, options) => {
        const make = () => cluster.apply(resource, body, options);
        return options?.dryRun ? make() : write(make);
      },
      update: (resource, body) => write(() => cluster.update(resource, body)),
      patch: (resource, ref, patch) => write(() => cluster.patch(resource, ref, patch)),
      delete: (resource, ref, options) => write(() => cluster.delete(resource, ref, options)),
    }),
    evict: (pod) => write(() => cluster.evict(pod)),
  };
  return { shaky, writes: () => writes };
}

const ERRORS: Readonly<Record<string, () => Error>> = {
  'no answer': () => new NoAnswer('the connection was reset'),
  'a failure': () => new ApiError('internal error', { status: 500, reason: 'InternalError' }),
};

/** On a server whose apply cannot remove a struct the predicted object goes in by an update. */
function cannotApply(cluster: MemoryClusterPort): Cluster {
  return but(cluster, {
    apply: (resource, body, options) =>
      options?.dryRun
        ? Promise.reject(new ApiError('must specify a handler type', { status: 422, reason: 'Invalid' }))
        : cluster.apply(resource, body, options),
  });
}

const LABELS = { istio: 'pilot', old: 'yes' };
const PILOT = byKubectl(deployment('istio-system/istio-pilot', { labels: LABELS }));
const RUNNING = replicaSet('istio-system/istio-pilot-1', LABELS, { owner: 'istio-pilot' });
const NEW_PILOT = deployment('istio-system/istio-pilot', { labels: { istio: 'pilot' } });

interface Case {
  readonly what: string;
  readonly live: readonly K8sObject[];
  readonly change: (cluster: Cluster) => Promise<Change>;
  readonly writes: number;
  readonly by?: (cluster: MemoryClusterPort) => Cluster;
}

const CASES: readonly Case[] = [
  {
    what: 'a creation',
    live: [],
    change: (cluster) => changeIn(cluster, { target: NEW, installed: NEW }),
    writes: 1,
  },
  {
    what: 'an update: ownership, then one apply',
    live: [OLD],
    change: (cluster) => changeIn(cluster, { target: NEW, installed: NEW }),
    writes: 2,
  },
  {
    what: 'an update that goes in whole: ownership, update, ownership, apply',
    live: [OLD],
    change: (cluster) => changeIn(cluster, { target: NEW, installed: NEW }),
    writes: 4,
    by: cannotApply,
  },
  {
    what: 'a replacement: deletion, creation',
    live: [PILOT, RUNNING],
    change: (cluster) =>
      changeIn(
        cluster,
        { target: NEW_PILOT, installed: NEW_PILOT },
        { replicaSets: { controlled: [RUNNING], orphaned: [] } },
      ),
    writes: 2,
  },
  {
    what: 'a deletion',
    live: [OLD],
    change: (cluster) => changeIn(cluster, { target: OLD, isAbsent: true }),
    writes: 1,
  },
];

for (const { what, live, change, writes, by } of CASES) {
  for (const [trouble, error] of Object.entries(ERRORS)) {
    for (const when of ['before', 'after'] as const) {
      test(`${what}: with ${trouble} ${when} any write the object becomes what it would have become`, async () => {
        const undisturbed = await carried(live, change, by, undefined);
        assert.equal(undisturbed.writes, writes);
        for (let at = 1; at <= writes; at += 1) {
          const disturbed = await carried(live, change, by, { at, when, error });
          assert.deepEqual(disturbed.objects, undisturbed.objects, `write ${at}`);
        }
      });
    }
  }
}

async function carried(
  live: readonly K8sObject[],
  change: Case['change'],
  by: Case['by'],
  fault: Fault | undefined,
): Promise<{ readonly writes: number; readonly objects: readonly string[] }> {
  const cluster = clusterOf(...live);
  const planned = await change(cluster);
  const { shaky, writes } = faulty(cluster, fault ?? { at: 0, when: 'before', error: () => new Error('never') });
  const tried = by === undefined ? shaky : { ...shaky, apply: by({ ...cluster, ...shaky, snapshot: () => [] }).apply };
  const clock = fakeClock();
  await carryOut(planned, { cluster: sureWrites(tried, clock), clock, timeout: 10_000 });
  return { writes: writes(), objects: cluster.snapshot().map(withoutNumbers) };
}

function withoutNumbers(one: K8sObject): string {
  const { resourceVersion: _version, generation: _generation, ...metadata } = one.metadata;
  return canonicalJson({ ...withoutKey(one, 'status'), metadata });
}

test('what somebody else wrote while the answer was lost is not written over', async () => {
  for (const at of [1, 2]) {
    for (const when of ['before', 'after'] as const) {
      const cluster = clusterOf(OLD);
      const change = await changeIn(cluster, { target: NEW, installed: NEW });
      const meanwhile = async () => {
        const now = await cluster.get(change.resource, change.ref);
        assert.ok(now);
        await cluster.update(change.resource, { ...now, data: { mesh: 'theirs' } });
      };
      const { shaky } = faulty(cluster, { at, when, error: () => new NoAnswer('reset'), meanwhile });
      const clock = fakeClock();
      const carrying = carryOut(change, { cluster: sureWrites(shaky, clock), clock, timeout: 10_000 });
      await assert.rejects(carrying, Moved, `write ${at}, ${when}`);
      assert.deepEqual((await cluster.get(change.resource, change.ref))?.data, { mesh: 'theirs' });
    }
  }
});

test('an object that another one took the place of is neither deleted nor taken for the old one', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, { target: OLD, isAbsent: true });
  const before = beforeOf(change);
  assert.ok(before);
  const meanwhile = async () => {
    await cluster.delete(change.resource, change.ref, {});
    await cluster.apply(change.resource, config({ mesh: 'another' }));
  };
  const { shaky } = faulty(cluster, { at: 1, when: 'before', error: () => new NoAnswer('reset'), meanwhile });
  const clock = fakeClock();
  await carryOut(change, { cluster: sureWrites(shaky, clock), clock, timeout: 10_000 });
  const now = await cluster.get(change.resource, change.ref);
  assert.deepEqual(now?.data, { mesh: 'another' });
  assert.notEqual(now && uidOf(now), uidOf(before));
});

test('there is an end to trying: the last error is told', async () => {
  const cluster = clusterOf(OLD);
  const change = await changeIn(cluster, { target: NEW, installed: NEW });
  for (const [error, attempts] of [
    [() => new NoAnswer('reset'), 8],
    [() => new ApiError('failed calling webhook', { status: 500, reason: 'InternalError' }), 5],
    [() => new ApiError('forbidden', { status: 403, reason: 'Forbidden' }), 1],
  ] as const) {
    let sent = 0;
    const dead = but(cluster, {
      patch: async () => {
        sent += 1;
        throw error();
      },
    });
    const clock = fakeClock();
    const sure = sureWrites({ ...dead, evict: (pod) => cluster.evict(pod) }, clock);
    await assert.rejects(carryOut(change, { cluster: sure, clock, timeout: 10_000 }), { message: error().message });
    assert.equal(sent, attempts);
  }
});

test('a pod that was evicted although no answer came is not evicted again', async () => {
  for (const [when, sent] of [
    ['before', 2],
    ['after', 1],
  ] as const) {
    const pod = object('v1', 'Pod', 'shop/cart-1', { metadata: { uid: 'u-1' } });
    const cluster = clusterOf(pod);
    const { shaky, writes } = faulty(cluster, { at: 1, when, error: () => new NoAnswer('reset') });
    await sureWrites(shaky, fakeClock()).evict(pod);
    assert.deepEqual([writes(), cluster.snapshot().length], [sent, 0], when);
  }
});
