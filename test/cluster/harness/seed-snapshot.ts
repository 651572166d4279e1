import { readFileSync } from 'node:fs';
import { objectAt, withoutKey } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { readSnapshot } from '../../../src/memory/snapshot-file.ts';
import type { TestCluster } from './cluster.ts';
import { startInjector } from './injector-webhook.ts';
import { rolledOut } from './rollout.ts';
import { forgetManagers } from './seed.ts';
import { eventually } from './waiting.ts';

const FIRST = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'ConfigMap', 'Service'];
const MADE_BY_CONTROLLERS = ['ReplicaSet', 'Pod', 'Endpoints', 'Event'];
const WRITTEN_BY_SERVER = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'];
const WEBHOOK = 'MutatingWebhookConfiguration';

/**
 * Puts the mesh of a snapshot file into a cluster, as it was before servers recorded who owns a field, and waits until it runs. Pods of namespaces in which
 * the webhook injects get sidecars of that version.
 */
export async function seedSnapshot(cluster: TestCluster, file: string, version: string): Promise<void> {
  const objects = readSnapshot(readFileSync(file, 'utf8'), file)
    .filter(({ kind }) => !MADE_BY_CONTROLLERS.includes(kind))
    .map(asSent);
  const isFirst = ({ kind }: K8sObject): boolean => FIRST.includes(kind);
  const first = objects.filter(isFirst).toSorted((a, b) => FIRST.indexOf(a.kind) - FIRST.indexOf(b.kind));
  for (const object of first) await cluster.create(object);
  const rest = objects.filter((object) => !isFirst(object) && object.kind !== WEBHOOK);
  for (const object of rest) await eventually(() => served(cluster, object), { what: `${object.kind} to be served` });
  const injector = await startInjector(cluster, version);
  const registered = await injector.register();
  for (const object of rest) await cluster.create(object);
  const namespaces = new Set(
    rest.flatMap(({ kind, metadata }) => (kind === 'Deployment' ? (metadata.namespace ?? []) : [])),
  );
  for (const namespace of namespaces) await rolledOut(cluster, namespace);
  await cluster.delete(registered);
  await injector.stop();
  for (const object of objects.filter(({ kind }) => kind === WEBHOOK)) await cluster.create(object);
  await Promise.all(objects.map((object) => forgetManagers(cluster, object)));
}

async function served(cluster: TestCluster, { apiVersion, kind }: K8sObject): Promise<true | undefined> {
  return (await cluster.serves(apiVersion, kind)) ? true : undefined;
}

/** Without what a server writes itself, and addresses of another cluster. */
function asSent(object: K8sObject): K8sObject {
  const metadata = { ...WRITTEN_BY_SERVER.reduce(withoutKey, object.metadata), name: object.metadata.name };
  const { status: _, ...sent } = object;
  if (object.kind === 'ServiceAccount') return { ...withoutSecrets(sent), metadata };
  return object.kind === 'Service'
    ? { ...sent, metadata, spec: withoutKey(objectAt(sent.spec), 'clusterIP') }
    : { ...sent, metadata };
}

function withoutSecrets({ secrets: _, ...account }: K8sObject): K8sObject {
  return account;
}
