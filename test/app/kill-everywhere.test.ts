import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalled } from '../../src/app/journalled.ts';
import { planRollback } from '../../src/app/plan-rollback.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { DEFAULT_PHASES } from '../../src/core/phase.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { KeptRun } from '../../src/core/run.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { lostObjects } from '../../src/plan/lost-objects.ts';
import { differences } from '../cluster/compare.ts';
import { fakeClock } from './in-memory.ts';
import { Killed, Lifetime, MemoryJournal } from './kept-in-memory.ts';
import { clusterWith, comparable, meshBefore, type Origin, planUpgrade } from './whole-upgrade.ts';

const ORIGINS: readonly Origin[] = ['without owners', 'by kubectl apply'];

/** The cluster as a process sees it that is killed in the course of its steps; reads are no steps. */
function mortal(cluster: MemoryClusterPort, lifetime: Lifetime): MemoryClusterPort {
  const alive = <T>(call: () => Promise<T>): Promise<T> => {
    if (lifetime.isOver) throw new Killed('killed');
    return call();
  };
  const step = <T>(call: () => Promise<T>): Promise<T> => {
    lifetime.step();
    return call();
  };
  return {
    ...delegating(cluster),
    get: (resource, ref) => alive(() => cluster.get(resource, ref)),
    apply: (resource, body, options) => (options?.dryRun ? alive : step)(() => cluster.apply(resource, body, options)),
    update: (resource, body, options) =>
      (options?.dryRun ? alive : step)(() => cluster.update(resource, body, options)),
    patch: (resource, ref, patch) => step(() => cluster.patch(resource, ref, patch)),
    delete: (resource, ref, options) => step(() => cluster.delete(resource, ref, options)),
    evict: (pod) => step(() => cluster.evict(pod)),
  };
}

function delegating(cluster: MemoryClusterPort): MemoryClusterPort {
  const forwarded: Cluster & Pick<MemoryClusterPort, 'evict'> = journalled(cluster, new MemoryJournal());
  return { ...forwarded, snapshot: () => cluster.snapshot() };
}

interface Lived {
  readonly steps: number;
  readonly isKilled: boolean;
  readonly journal: MemoryJournal;
}

/** Carries a plan out until the end, or until the process is killed. */
async function live(plan: Plan, cluster: MemoryClusterPort, lifetime = new Lifetime()): Promise<Lived> {
  const journal = new MemoryJournal(lifetime);
  const seen = journalled(mortal(cluster, lifetime), journal);
  try {
    for await (const _event of runPlan(plan, { cluster: seen, evictor: seen, clock: fakeClock(), timeout: 1000 }));
    return { steps: lifetime.done, isKilled: false, journal };
  } catch (error) {
    // What is thrown on the way out says more than that it was killed.
    if (!lifetime.isOver) throw error;
    return { steps: lifetime.done, isKilled: true, journal };
  }
}

function rollback(runs: readonly KeptRun[], cluster: MemoryClusterPort, begun: readonly KeptRun[] = []): Promise<Plan> {
  const request = { runs, begun, istioNamespace: 'istio-system', phases: DEFAULT_PHASES, isTaken: () => false };
  return planRollback(request, cluster);
}

async function applyAgain(cluster: MemoryClusterPort, run: KeptRun): Promise<void> {
  const mesh = { address: 'mesh.yaml', uid: undefined, istioNamespace: 'istio-system' };
  const plan = await planUpgrade(cluster, { lost: lostObjects([run], mesh) });
  await live(plan, cluster);
}

function assertSame(cluster: MemoryClusterPort, wanted: ReturnType<typeof comparable>, when: string): void {
  assert.deepEqual(differences(comparable(cluster.snapshot()), wanted), [], when);
}

for (const origin of ORIGINS) {
  test(`objects ${origin}: killed before and after every step of the whole upgrade`, async (t) => {
    const objects = meshBefore(origin);
    const start = comparable(objects);
    const plan = await planUpgrade(clusterWith(objects));
    const whole = clusterWith(objects);
    const { steps, journal } = await live(plan, whole);
    const upgraded = comparable(whole.snapshot());
    const kinds = new Set(plan.changes.map(({ op }) => op));
    assert.deepEqual([...kinds].sort(), ['create', 'delete', 'replace', 'update']);
    const table = { killed: 0, resumed: 0, 'rolled back': 0 };
    for (let point = 0; point <= steps; point += 1) {
      const back = clusterWith(objects);
      const killed = await live(plan, back, new Lifetime(point));
      const resumed = clusterWith(back.snapshot());
      assert.ok(killed.isKilled);
      table.killed += 1;
      const when = `killed after step ${point} of ${steps}`;
      const run = killed.journal.kept('1', plan);
      await applyAgain(resumed, run);
      assertSame(resumed, upgraded, `${when}, applied again`);
      table.resumed += 1;
      await live(await rollback([run], back), back);
      assertSame(back, start, `${when}, rolled back`);
      assert.deepEqual((await rollback([run], back)).changes, [], `${when}, rolled back twice`);
      table['rolled back'] += 1;
    }
    assert.ok(journal.kept('1', plan).entries.length > 40);
    t.diagnostic(`${steps} steps: ${JSON.stringify(table)}`);
  });
}

/** Not every point, but each of the three kinds in turn: before a line, before its write, before the line behind that. */
const STRIDE = 4;

for (const origin of ORIGINS) {
  test(`objects ${origin}: killed in the middle of a rollback, the next one ends in the starting state`, async (t) => {
    const objects = meshBefore(origin);
    const start = comparable(objects);
    const plan = await planUpgrade(clusterWith(objects));
    const whole = clusterWith(objects);
    const { journal } = await live(plan, whole);
    const run = journal.kept('1', plan, { outcome: 'done' });
    const upgraded = whole.snapshot();
    const back = await rollback([run], clusterWith(upgraded));
    const { steps } = await live(back, clusterWith(upgraded));
    let tried = 0;
    for (let point = 0; point <= steps; point += STRIDE) {
      const cluster = clusterWith(upgraded);
      const killed = await live(back, cluster, new Lifetime(point));
      const begun = killed.journal.kept('2', back, { undoes: ['1'] });
      await live(await rollback([run], cluster, [begun]), cluster);
      assertSame(cluster, start, `killed after step ${point} of ${steps}`);
      tried += 1;
    }
    t.diagnostic(`${steps} steps, ${tried} points tried, all ended in the starting state`);
  });
}
