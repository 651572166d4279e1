import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePlan } from '../../../src/app/make-plan.ts';
import { runPlan } from '../../../src/app/run-plan.ts';
import { canonicalJson, type JsonObject } from '../../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../../src/core/object.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { snapshotOf } from '../../../src/core/snapshot.ts';
import { normalise } from '../../../src/diff/normalise.ts';
import { fieldsOf } from '../../../src/fields/applied-fields.ts';
import { istio12 } from '../../../src/hops/1.1-to-1.2/semantics.ts';
import type { MemoryClusterPort } from '../../../src/memory/memory-cluster.ts';
import { readSnapshot } from '../../../src/memory/snapshot-file.ts';
import { effects } from '../../../src/mesh/effects.ts';
import type { Connection } from '../../../src/mesh/mtls.ts';
import { trafficOf } from '../../../src/mesh/traffic.ts';
import { clusterOf, fakeClock } from '../../app/in-memory.ts';
import { deployment, object, owned, ownedObject } from '../../objects.ts';
import { targetOf } from '../context.ts';
import { WITHOUT_CHECKS } from '../without-checks.ts';

export interface ExpectedCase {
  /** `update DestinationRule bar/foo`, in the order in which they are carried out. */
  readonly changes?: readonly string[];
  /** `foo:8000 bar+shop STRICT/ISTIO_MUTUAL -> DISABLE/PLAINTEXT`: what becomes different. */
  readonly effects?: readonly string[];
  /** One pattern a problem, against its severity, id and message. */
  readonly problems?: readonly RegExp[];
}

const TLS_KINDS = ['Policy', 'MeshPolicy', 'DestinationRule', 'Service'];

/** Plans, carries out and plans again each case of a folder. */
export function testCases(folder: string, expected: Readonly<Record<string, ExpectedCase>>): void {
  const cases = join(import.meta.dirname, folder);

  test('every case has its folder, and every folder its case', () => {
    assert.deepEqual(readdirSync(cases).sort(), Object.keys(expected).sort());
  });

  for (const [name, { changes = [], effects: effected = [], problems = [] }] of Object.entries(expected)) {
    test(`${name}: the plan, what is there and in force after it, and nothing left to do`, async () => {
      const cluster = meshWith(read(join(cases, name, 'before.yaml')));
      const before = cluster.snapshot();
      const plan = await planFor(cluster);
      assert.deepEqual(plan.changes.map(changeText), changes);
      const found = plan.problems.map(({ severity, id, message }) => `${severity} ${id} ${message}`);
      assert.equal(found.length, problems.length, found.join('\n'));
      for (const [index, pattern] of problems.entries()) assert.match(found[index] ?? '', pattern);
      await carryOut(plan, cluster);
      assert.deepEqual(effectTexts(before, cluster.snapshot()), effected);
      assert.deepEqual(tlsObjects(cluster.snapshot()), tlsObjects(read(join(cases, name, 'after.yaml'))));
      assert.deepEqual((await planFor(cluster)).changes, [], 'a second plan is empty');
    });
  }
}

export function read(path: string): readonly K8sObject[] {
  return readSnapshot(readFileSync(path, 'utf8'), path);
}

/** A mesh of Istio 1.1 with these objects in it, which people applied. */
export function meshWith(objects: readonly K8sObject[]): MemoryClusterPort {
  const definitions = [
    crd('authentication.istio.io', 'Policy', 'policies', 'Namespaced'),
    crd('authentication.istio.io', 'MeshPolicy', 'meshpolicies', 'Cluster'),
    crd('networking.istio.io', 'DestinationRule', 'destinationrules', 'Namespaced'),
  ];
  const recorded = objects.map((one) =>
    one.metadata.managedFields === undefined
      ? ownedObject(one, { ...owned('kubectl-client-side-apply', fieldsOf(one)), apiVersion: one.apiVersion })
      : one,
  );
  return clusterOf(deployment('istio-system/istio-pilot'), ...definitions, ...recorded);
}

export function planFor(cluster: MemoryClusterPort, { removeAnnotations = false } = {}): Promise<Plan> {
  const target = targetOf([deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' })]);
  const request = {
    target: { objects: target },
    istioNamespace: 'istio-system',
    phases: ['config'],
    prune: false,
    removeAnnotations,
    willWrite: true,
    ignored: [],
    isTaken: () => false,
  } as const;
  return makePlan(request, cluster, WITHOUT_CHECKS);
}

export async function carryOut(plan: Plan, cluster: MemoryClusterPort): Promise<void> {
  for await (const _event of runPlan(plan, { cluster, clock: fakeClock(), timeout: 1000 }));
}

export function changeText({ op, ref, stage }: Plan['changes'][number]): string {
  return `${op} ${ref.kind} ${ref.namespace}/${ref.name} at ${stage}`;
}

function crd(group: string, kind: string, plural: string, scope: string): K8sObject {
  const version = group.startsWith('networking') ? 'v1alpha3' : 'v1alpha1';
  const spec: JsonObject = { group, version, scope, names: { kind, plural } };
  return object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', `${plural}.${group}`, { spec });
}

/** Everything that decides about TLS, by reference, as a person would write it. */
export function tlsObjects(objects: readonly K8sObject[]): Readonly<Record<string, string>> {
  const deciding = objects.filter(({ kind }) => TLS_KINDS.includes(kind));
  return Object.fromEntries(deciding.map((one) => [refText(refOf(one)), canonicalJson(normalise(one))]).sort());
}

export function effectTexts(before: readonly K8sObject[], after: readonly K8sObject[]): readonly string[] {
  const [was, is] = [before, after].map((objects) => trafficOf(snapshotOf(objects), 'istio-system', istio12));
  assert.ok(was && is);
  return effects(was, is)
    .filter((effect) => effect.verdict !== 'same' || effect.settings.length > 0)
    .map(({ service, port, subset, clients, before: from, after: to }) => {
      const where = `${service.name}:${port.number}${subset === '' ? '' : ` ${subset}`}`;
      return `${where} ${clients.join('+')} ${connectionText(from)} -> ${connectionText(to)}`;
    });
}

function connectionText(one: Connection | undefined): string {
  return one === undefined ? 'none' : `${one.server.mode}/${one.client.tls}`;
}
