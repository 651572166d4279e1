import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { readSnapshot } from '../../src/memory/snapshot-file.ts';
import { clusterOf } from '../app/in-memory.ts';
import { type Middle, serveMemory, straight } from './http-face.ts';
import { fastClock, requestOf, stateOf, upgrade } from './runs.ts';
import { type Counts, FAULTS, shaky } from './shaky.ts';

const SEEDS = 50;
const MOST_RUNS = 3;

const read = (path: string): readonly K8sObject[] => readSnapshot(readFileSync(path, 'utf8'), path);
const TARGET = ['test/demo/istio-1.2/crds.yaml', 'test/demo/istio-1.2/control-plane.yaml'].flatMap(read);
const MESHES = ['test/demo/mesh-1.1.yaml', 'test/cli/mtls-mesh.yaml'] as const;

interface Outcome {
  readonly state: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly errors: readonly string[];
}

/** Runs again after an error, as a person would. */
async function upgraded(t: TestContext, mesh: string, middle: Middle): Promise<Outcome> {
  const cluster = clusterOf(...read(mesh));
  const url = await serveMemory(t, cluster, middle);
  const errors: string[] = [];
  for (let runs = 1; ; runs += 1) {
    try {
      await upgrade(url, requestOf(TARGET), fastClock(50));
      return { state: stateOf(cluster.snapshot()), runs, errors };
    } catch (error) {
      if (!(error instanceof UpgradeError) || runs === MOST_RUNS) throw error;
      errors.push(error.message);
    }
  }
}

test(`a server, or a proxy before it, that spoils a tenth of all requests: ${SEEDS} seeds end in the undisturbed state`, async (t) => {
  const undisturbed = new Map<string, Outcome>();
  for (const mesh of MESHES) undisturbed.set(mesh, await upgraded(t, mesh, straight));
  const counts: Counts = new Map();
  const again: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const mesh = MESHES[seed % MESHES.length] ?? MESHES[0];
    const { state, runs, errors } = await upgraded(t, mesh, shaky(seed, counts));
    assert.deepEqual(state, undisturbed.get(mesh)?.state, `seed ${seed}`);
    if (runs > 1) again.push(`seed ${seed}: ${errors.join('; ')}`);
  }
  t.diagnostic('FAULT       MADE');
  for (const fault of FAULTS) t.diagnostic(`${fault.padEnd(10)}  ${counts.get(fault) ?? 0}`);
  t.diagnostic(`${SEEDS} of ${SEEDS} seeds ended in the undisturbed state, ${SEEDS - again.length} in the first run`);
  for (const line of again) t.diagnostic(`run again: ${line}`);
  assert.ok(
    FAULTS.every((fault) => (counts.get(fault) ?? 0) > 20),
    'every fault was made often',
  );
  // Faults that come often enough in a row are more than anybody waits for.
  assert.ok(again.length <= 1, 'one run is enough');
});
