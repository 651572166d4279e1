import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { sameJson, stringAt, valueAt } from '../../src/core/json.ts';
import { lastAppliedOf } from '../../src/core/last-applied.ts';
import { isK8sObject, type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { comparable } from './compare.ts';
import type { TestCluster } from './harness/cluster.ts';
import { eventually } from './harness/waiting.ts';

/** How people brought an object into the cluster. */
export type Bringing = 'apply' | 'create';

// What cases consist of, besides namespaces.
const KINDS = [
  ['v1', 'Service'],
  ['v1', 'Pod'],
  ['v1', 'ConfigMap'],
  ['authentication.istio.io/v1alpha1', 'Policy'],
  ['authentication.istio.io/v1alpha1', 'MeshPolicy'],
  ['networking.istio.io/v1alpha3', 'DestinationRule'],
  ['rbac.istio.io/v1alpha1', 'RbacConfig'],
  ['rbac.istio.io/v1alpha1', 'ClusterRbacConfig'],
] as const;
const DECIDING = ['Service', 'Policy', 'MeshPolicy', 'DestinationRule', 'RbacConfig', 'ClusterRbacConfig'];
// Pilot merges by age, and a server's clock shows whole seconds.
const AGE_STEP = 1100;

/** Namespaces with the account that pods of theirs run under. */
export async function createNamespaces(cluster: TestCluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    if ((await cluster.get(namespace)) === undefined) await cluster.create(namespace);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: name, name: 'default' } };
    const look = async () => (valueAt(await cluster.get(account), 'secrets', 0) === undefined ? undefined : true);
    await eventually(look, { what: `the account of namespace ${name}` });
  }
}

/** Brings the objects of a case in with kubectl, in the order of their ages, and gives them as the server has them. */
export async function bring(
  cluster: TestCluster,
  objects: readonly K8sObject[],
  bringing: Bringing,
): Promise<readonly K8sObject[]> {
  const ages = [...Map.groupBy(objects.filter(isCaseObject), ageOf)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [index, [, ofAge]] of ages.entries()) {
    if (index > 0 && ofAge.some(({ kind }) => kind === 'DestinationRule')) await setTimeout(AGE_STEP);
    const [recorded, plain] = [ofAge.filter(lastAppliedOf), ofAge.filter((one) => !lastAppliedOf(one))];
    await kubectl(cluster, ['create', '-f', '-'], recorded);
    await kubectl(cluster, [bringing, '-f', '-'], plain);
  }
  const terminating = objects.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  for (const one of terminating) await cluster.delete(one);
  return decidingObjects(cluster);
}

/** Runs kubectl on these objects. @throws AssertionError when it does not succeed */
export async function kubectl(
  cluster: TestCluster,
  args: readonly string[],
  objects: readonly K8sObject[],
): Promise<void> {
  if (objects.length === 0) return;
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects.map(asWritten) });
  const { code, stderr } = await cluster.kubectl(args, { input });
  assert.equal(code, 0, stderr);
}

/** Takes every object of a case out again. */
export async function takeOut(cluster: TestCluster): Promise<void> {
  for (const [apiVersion, kind] of KINDS)
    for (const one of await cluster.list(apiVersion, kind)) {
      if (!isCaseObject(one) || isServersOwn(one)) continue;
      if (one.metadata.finalizers !== undefined) await cluster.patch(one, 'merge', { metadata: { finalizers: null } });
      await cluster.delete(one, { gracePeriodSeconds: 0 });
    }
}

export async function decidingObjects(cluster: TestCluster): Promise<readonly K8sObject[]> {
  const deciding = KINDS.filter(([, kind]) => DECIDING.includes(kind));
  const lists = await Promise.all(deciding.map(([apiVersion, kind]) => cluster.list(apiVersion, kind)));
  return lists.flat().filter((one) => !isServersOwn(one));
}

/** What decides about TLS and access, by reference, as a person would write it. */
export function decisions(objects: readonly K8sObject[]): Readonly<Record<string, unknown>> {
  const deciding = objects.filter((one) => DECIDING.includes(one.kind) && !isServersOwn(one));
  return Object.fromEntries(
    deciding.map((one) => [refText(refOf(one)), comparable(withoutDeletion(one))] as const).sort(byKey),
  );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function isCaseObject({ kind }: K8sObject): boolean {
  return kind !== 'Namespace';
}

/** Of the API server itself and its controllers. */
function isServersOwn({ kind, metadata: { namespace, name } }: K8sObject): boolean {
  if (kind === 'Service') return namespace === 'default' && name === 'kubernetes';
  return kind === 'ConfigMap' && !(namespace === 'istio-system' && name === 'istio');
}

function ageOf({ metadata }: K8sObject): string {
  return stringAt(metadata.creationTimestamp) ?? '9999';
}

function asWritten(one: K8sObject): K8sObject {
  const { creationTimestamp: _age, ...metadata } = withoutDeletion(one).metadata;
  return { ...one, metadata: { ...metadata, name: one.metadata.name } };
}

function withoutDeletion(one: K8sObject): K8sObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, ...metadata } = one.metadata;
  const whole = { ...one, metadata };
  return sameJson(deletionTimestamp, undefined) || !isK8sObject(whole) ? one : whole;
}
