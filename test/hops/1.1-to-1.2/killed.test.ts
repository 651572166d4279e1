import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cluster } from '../../../src/app/ports.ts';
import { runPlan } from '../../../src/app/run-plan.ts';
import { canonicalJson, listAt, objectAt, withoutKey } from '../../../src/core/json.ts';
import { isK8sObject, type K8sObject, refOf, refText } from '../../../src/core/object.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { blockers } from '../../../src/core/problem.ts';
import { clientUpdate } from '../../../src/fields/apply.ts';
import type { MemoryClusterPort } from '../../../src/memory/memory-cluster.ts';
import { withLastApplied } from '../../../src/plan/last-applied.ts';
import { but, clusterOf, fakeClock } from '../../app/in-memory.ts';
import { deployment, object } from '../../objects.ts';
import { planFor, read } from './mtls-cases.ts';
import { brokenOnTheWay } from './passing-states.ts';

const FOLDERS = ['auth-annotations', 'excluded-services', 'rbac-config'];
const RUNS = 4;
/** How the objects came into the cluster: with no record of owners, or by `kubectl apply`. */
const ORIGINS = ['without owners', 'by kubectl apply'] as const;
const DEFINITIONS = [
  ['authentication.istio.io', 'Policy', 'policies', 'Namespaced'],
  ['authentication.istio.io', 'MeshPolicy', 'meshpolicies', 'Cluster'],
  ['networking.istio.io', 'DestinationRule', 'destinationrules', 'Namespaced'],
  ['rbac.istio.io', 'RbacConfig', 'rbacconfigs', 'Namespaced'],
  ['rbac.istio.io', 'ClusterRbacConfig', 'clusterrbacconfigs', 'Cluster'],
] as const;

for (const folder of FOLDERS) {
  for (const name of readdirSync(join(import.meta.dirname, folder))) {
    for (const origin of ORIGINS) {
      for (const removeAnnotations of [false, true]) {
        const about = `${folder}/${name}, ${origin}${removeAnnotations ? ', annotations removed' : ''}`;
        test(`${about}: killed after any write, the next runs end in the same state`, () =>
          killAnywhere({ path: join(import.meta.dirname, folder, name, 'before.yaml'), origin, removeAnnotations }));
      }
    }
  }
}

interface Case {
  readonly path: string;
  readonly origin: (typeof ORIGINS)[number];
  readonly removeAnnotations: boolean;
}

async function killAnywhere(about: Case): Promise<void> {
  const undisturbed = await carryOut(about, Number.POSITIVE_INFINITY);
  assert.equal(undisturbed.runs, undisturbed.writes === 0 ? 0 : 1);
  for (let survived = 1; survived < undisturbed.writes; survived += 1) {
    const disturbed = await carryOut(about, survived);
    const when = `killed after write ${survived} of ${undisturbed.writes}`;
    assert.deepEqual(disturbed.objects, undisturbed.objects, when);
    assert.deepEqual(disturbed.broken, [], when);
  }
  assert.deepEqual(undisturbed.broken, []);
}

interface Outcome {
  readonly runs: number;
  readonly writes: number;
  readonly broken: readonly string[];
  readonly objects: Readonly<Record<string, string>>;
}

/** Plans and runs until there is nothing to do; the first run is killed after that many writes. */
async function carryOut({ path, origin, removeAnnotations }: Case, survived: number): Promise<Outcome> {
  const cluster = meshFrom(path, origin);
  const watched = watching(cluster, survived);
  for (let runs = 0; runs <= RUNS; runs += 1) {
    const plan = await planFor(cluster, { removeAnnotations });
    const isBlocked = blockers(plan.problems).length > 0;
    if (isBlocked) assert.equal(runs, 0, 'no run ends in a mesh that blocks the next one');
    if (isBlocked || plan.changes.length === 0) {
      const { history, writes } = watched;
      return { runs, writes: writes(), broken: broken(history), objects: comparable(cluster.snapshot()) };
    }
    if (runs === 0) await run(plan, watched.mortal, watched.settled);
    else await run(plan, watched.whole, watched.settled);
  }
  assert.fail(`still something to do after ${RUNS} runs`);
}

class Killed extends Error {}

async function run(plan: Plan, cluster: Cluster, settled: () => void): Promise<void> {
  try {
    for await (const { event } of runPlan(plan, { cluster, clock: fakeClock(), timeout: 1000 }))
      if (event === 'settling') settled();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

/** The cluster as runs see it, and what is there after each of their writes. */
function watching(cluster: MemoryClusterPort, survived: number) {
  const history: K8sObject[][][] = [[cluster.snapshot()]];
  let writes = 0;
  const written = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    writes += 1;
    history.at(-1)?.push(cluster.snapshot());
    return value;
  };
  const whole = but(cluster, {
    apply: (resource, body, options) => {
      const answer = cluster.apply(resource, body, options);
      return options?.dryRun ? answer : written(answer);
    },
    update: (resource, body) => written(cluster.update(resource, body)),
    patch: (resource, ref, patch) => written(cluster.patch(resource, ref, patch)),
    delete: (resource, ref, options) => written(cluster.delete(resource, ref, options)),
  });
  return {
    history,
    writes: () => writes,
    settled: () => history.push([]),
    whole,
    mortal: mortal(whole, () => writes < survived),
  };
}

/** A cluster that nobody is there to ask any more once `isAlive` is over. */
function mortal(cluster: Cluster, isAlive: () => boolean): Cluster {
  const alive = async <T>(call: () => Promise<T>): Promise<T> => {
    if (!isAlive()) throw new Killed('killed');
    return call();
  };
  return but(cluster, {
    get: (resource, ref) => alive(() => cluster.get(resource, ref)),
    apply: (resource, body, options) => alive(() => cluster.apply(resource, body, options)),
    update: (resource, body, options) => alive(() => cluster.update(resource, body, options)),
    patch: (resource, ref, patch) => alive(() => cluster.patch(resource, ref, patch)),
    delete: (resource, ref, options) => alive(() => cluster.delete(resource, ref, options)),
  });
}

function meshFrom(path: string, origin: Case['origin']): MemoryClusterPort {
  const objects = origin === 'without owners' ? read(path) : read(path).map(appliedByKubectl);
  return clusterOf(deployment('istio-system/istio-pilot'), ...DEFINITIONS.map(definition), ...objects);
}

function definition([group, kind, plural, scope]: (typeof DEFINITIONS)[number]): K8sObject {
  const version = group === 'networking.istio.io' ? 'v1alpha3' : 'v1alpha1';
  const spec = { group, version, scope, names: { kind, plural } };
  return object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', `${plural}.${group}`, { spec });
}

function appliedByKubectl(one: K8sObject): K8sObject {
  const writer = { manager: 'kubectl-client-side-apply', now: Date.UTC(2019, 5, 1) };
  return clientUpdate(undefined, withLastApplied(one, one), writer);
}

/** What broke on the way; RBAC was off where neither a RbacConfig nor a ClusterRbacConfig stood. */
function broken(history: readonly (readonly (readonly K8sObject[])[])[]): readonly string[] {
  const states = history.flat();
  const had = (states[0] ?? []).some(isRbacConfig);
  const isOff = states.some((state) => !state.some((one) => isRbacConfig(one) || one.kind === 'ClusterRbacConfig'));
  return [...brokenOnTheWay(history), ...(had && isOff ? ['RBAC is off'] : [])];
}

function isRbacConfig({ kind, metadata }: K8sObject): boolean {
  return kind === 'RbacConfig' && metadata.name === 'default';
}

/** Every object, with its owners and kubectl's record, without what the server numbers and dates. */
function comparable(objects: readonly K8sObject[]): Readonly<Record<string, string>> {
  const texts = objects.map((one) => [refText(refOf(one)), canonicalJson(undated(one))] as const);
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function undated(one: K8sObject): K8sObject {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...metadata } = one.metadata;
  const owners = listAt(managedFields).map((entry) => canonicalJson(withoutKey(objectAt(entry), 'time')));
  const clean = { ...one, metadata: { ...metadata, managedFields: owners.sort() } };
  return isK8sObject(clean) ? clean : one;
}
