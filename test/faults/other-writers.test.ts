import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RunEvent } from '../../src/app/events.ts';
import { Moved } from '../../src/app/execute.ts';
import { makePlan } from '../../src/app/make-plan.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { movedSince, savedObjects } from '../../src/app/saved-objects.ts';
import { sureWrites } from '../../src/app/sure-writes.ts';
import type { Change } from '../../src/core/change.ts';
import { UpgradeErrors } from '../../src/core/errors.ts';
import { type K8sObject, refText } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { HOPS } from '../../src/hops/index.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { hashWith } from '../../src/plan/saved/conceal.ts';
import { SAVED_PLAN_SCHEMA } from '../../src/plan/saved/saved-plan.ts';
import { clusterOf, fakeClock } from '../app/in-memory.ts';
import { requestOf } from './runs.ts';

const read = (path: string) => readSnapshot(readFileSync(path, 'utf8'), path);
const MESH = read('test/demo/mesh-1.1.yaml');
const TARGET = ['test/demo/istio-1.2/crds.yaml', 'test/demo/istio-1.2/control-plane.yaml'].flatMap(read);
const VICTIM = 'Deployment.apps/istio-system/istio-galley';
const LABEL = { somebody: 'was-here' };

type Deed = (change: Change, cluster: MemoryClusterPort) => Promise<unknown>;

async function live({ resource, ref }: Change, cluster: MemoryClusterPort): Promise<K8sObject> {
  const found = await cluster.get(resource, ref);
  assert.ok(found, refText(ref));
  return found;
}

const CHANGES: Deed = async (change, cluster) => {
  const now = await live(change, cluster);
  return cluster.update(change.resource, { ...now, metadata: { ...now.metadata, labels: LABEL } });
};
const DELETES: Deed = (change, cluster) => cluster.delete(change.resource, change.ref, { propagationPolicy: 'Orphan' });
const RECREATES: Deed = async (change, cluster) => {
  const {
    managedFields: _record,
    uid: _uid,
    resourceVersion: _version,
    ...metadata
  } = (await live(change, cluster)).metadata;
  const same = { ...(await live(change, cluster)), metadata };
  await DELETES(change, cluster);
  return cluster.apply(change.resource, same);
};

const DEEDS: Readonly<
  Record<string, { readonly deed: Deed; readonly how: RegExp; readonly moved: RegExp; readonly told: RegExp }>
> = {
  changes: {
    deed: CHANGES,
    how: /^changed$/,
    moved: /changed since/,
    told: /istio-galley is not what was predicted: metadata\.labels\.app differs$/,
  },
  deletes: { deed: DELETES, how: /^is gone$/, moved: /is gone since/, told: /istio-galley is gone$/ },
  recreates: {
    deed: RECREATES,
    how: /^is another object of the same name$/,
    moved: /changed since/,
    told: /istio-galley is not what was predicted: .*image/,
  },
};

async function planned(): Promise<{ cluster: MemoryClusterPort; plan: Plan; victim: Change }> {
  const cluster = clusterOf(...MESH);
  const plan = await makePlan(requestOf(TARGET), cluster, HOPS);
  const victim = plan.changes.find(({ ref }) => refText(ref) === VICTIM);
  assert.ok(victim?.op === 'update');
  return { cluster, plan, victim };
}

/** Runs a plan and does something at an event. @returns the error that it ends with, and what was done before */
async function runUntil(
  { cluster, plan }: { readonly cluster: MemoryClusterPort; readonly plan: Plan },
  at: (event: RunEvent) => Promise<unknown>,
): Promise<{ readonly error: unknown; readonly done: readonly string[] }> {
  const done: string[] = [];
  const clock = fakeClock();
  const sure = sureWrites(cluster, clock);
  try {
    for await (const event of runPlan(plan, { cluster: sure, evictor: sure, clock, timeout: 1000, settle: 0 })) {
      if (event.event === 'change-done') done.push(refText(event.change.ref));
      await at(event);
    }
  } catch (error) {
    return { error, done };
  }
  return { error: undefined, done };
}

for (const [what, { deed, how, moved, told }] of Object.entries(DEEDS)) {
  test(`somebody ${what} an object between a plan that is saved and its apply: refused before the first write`, async () => {
    const { cluster, plan, victim } = await planned();
    const saved = {
      schema: SAVED_PLAN_SCHEMA,
      version: '9.9.9',
      identity: 'x',
      salt: 'salt',
      request: {
        phases: plan.phases,
        prune: true,
        removeAnnotations: true,
        take: [],
        forceConflicts: false,
        ignore: [],
      },
      objects: savedObjects(plan, hashWith('salt')),
      plan,
    } as const;
    assert.deepEqual(await movedSince(saved, cluster), [], 'nothing moved yet');
    await deed(victim, cluster);
    const found = await movedSince(saved, cluster);
    assert.deepEqual(
      found.map(({ ref }) => refText(ref)),
      [VICTIM],
    );
    assert.match(found[0]?.how ?? '', how);
  });

  test(`somebody ${what} an object between two writes: the run stops before it, and leaves it alone`, async () => {
    const { cluster, plan, victim } = await planned();
    let isDone = false;
    const { error, done } = await runUntil({ cluster, plan }, async ({ event }) => {
      if (isDone || event !== 'change-done') return;
      isDone = true;
      await deed(victim, cluster);
    });
    assert.ok(error instanceof Moved, String(error));
    assert.match(error.message, moved);
    assert.equal(refText(error.change.ref), VICTIM);
    assert.ok(!done.includes(VICTIM));
    const now = await cluster.get(victim.resource, victim.ref);
    assert.ok(now === undefined || !JSON.stringify(now.spec).includes('1.2.10'), 'not written over');
  });

  test(`somebody ${what} an object between its write and the verification: told in the end`, async (t) => {
    const { cluster, plan, victim } = await planned();
    const last = plan.changes.at(-1);
    const { error } = await runUntil({ cluster, plan }, async (event) => {
      if (event.event !== 'change-done' || event.change !== last) return;
      if (what === 'recreates') await SPOILS(victim, cluster);
      else await deed(victim, cluster);
    });
    assert.ok(error instanceof UpgradeErrors, String(error));
    assert.match(error.message, told);
    t.diagnostic(`somebody ${what} an object: refused before the first write, stopped before its own, told in the end`);
  });
}

const SPOILS: Deed = async (change, cluster) => {
  const now = await live(change, cluster);
  const other = JSON.parse(JSON.stringify(now.spec).replaceAll('1.2.10', '1.1.17'));
  await DELETES(change, cluster);
  const { managedFields: _record, uid: _uid, resourceVersion: _version, ...metadata } = now.metadata;
  return cluster.apply(change.resource, { ...now, spec: other, metadata });
};
