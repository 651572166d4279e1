import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Evictor } from '../../src/app/evictor.ts';
import { makePlan } from '../../src/app/make-plan.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { sureWrites } from '../../src/app/sure-writes.ts';
import { ApiError, NoAnswer } from '../../src/core/errors.ts';
import { HOPS } from '../../src/hops/index.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { but, clusterOf, fakeClock } from '../app/in-memory.ts';
import { requestOf, stateOf } from './runs.ts';

const read = (path: string) => readSnapshot(readFileSync(path, 'utf8'), path);
const TARGET = ['test/demo/istio-1.2/crds.yaml', 'test/demo/istio-1.2/control-plane.yaml'].flatMap(read);

interface Trouble {
  readonly when: 'before' | 'after';
  readonly error: () => Error;
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'reset before it was made': { when: 'before', error: () => new NoAnswer('reset') },
  'answer lost': { when: 'after', error: () => new NoAnswer('reset') },
  '500 although it was made': {
    when: 'after',
    error: () => new ApiError('no', { status: 500, reason: 'InternalError' }),
  },
  '409 without a reason': { when: 'before', error: () => new ApiError('no', { status: 409, reason: 'Conflict' }) },
};

/** The `at`th write meets the trouble. */
function troubled(cluster: MemoryClusterPort, at: number, { when, error }: Trouble) {
  let writes = 0;
  const write = async <T>(make: () => Promise<T>): Promise<T> => {
    writes += 1;
    if (writes !== at) return make();
    if (when === 'after') await make();
    throw error();
  };
  const inner: Cluster & Evictor = {
    ...but(cluster, {
      apply: (resource, body, options) => {
        const make = () => cluster.apply(resource, body, options);
        return options?.dryRun ? make() : write(make);
      },
      update: (resource, body, options) => {
        const make = () => cluster.update(resource, body, options);
        return options?.dryRun ? make() : write(make);
      },
      patch: (resource, ref, patch) => write(() => cluster.patch(resource, ref, patch)),
      delete: (resource, ref, options) => write(() => cluster.delete(resource, ref, options)),
    }),
    evict: (pod) => write(() => cluster.evict(pod)),
  };
  return { inner, writes: () => writes };
}

async function upgraded(mesh: string, at: number, trouble: Trouble) {
  const cluster = clusterOf(...read(mesh));
  const plan = await makePlan(requestOf(TARGET), cluster, HOPS);
  const { inner, writes } = troubled(cluster, at, trouble);
  const clock = fakeClock();
  const sure = sureWrites(inner, clock);
  for await (const _event of runPlan(plan, { cluster: sure, evictor: sure, clock, timeout: 1000, settle: 0 }));
  return { state: stateOf(cluster.snapshot()), writes: writes() };
}

for (const mesh of ['test/demo/mesh-1.1.yaml', 'test/cli/mtls-mesh.yaml']) {
  for (const [what, trouble] of Object.entries(TROUBLES)) {
    test(`${mesh}: ${what}, at any write of the run: it ends as always, in one run`, async (t) => {
      const undisturbed = await upgraded(mesh, 0, trouble);
      assert.ok(undisturbed.writes > 30, `${undisturbed.writes}`);
      for (let at = 1; at <= undisturbed.writes; at += 1)
        assert.deepEqual((await upgraded(mesh, at, trouble)).state, undisturbed.state, `write ${at}`);
      t.diagnostic(`${what}: ${undisturbed.writes} of ${undisturbed.writes} writes survived`);
    });
  }
}
