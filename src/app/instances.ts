import type { Change } from '../core/change.ts';
import { UpgradeError } from '../core/errors.ts';
import { listAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { Cluster } from './ports.ts';
import { collect } from './read-state.ts';

/** The objects that a CustomResourceDefinition defines: they go with it. Of each its metadata only. */
export function instancesOf(definition: K8sObject, cluster: Cluster): Promise<readonly K8sObject[]> {
  return collect(cluster.list(resourceOf(definition), { isMetadataOnly: true }));
}

/** @throws UpgradeError when a definition that is to be deleted defines anything by now */
export async function checkInstances(change: Change, cluster: Cluster): Promise<void> {
  if (change.op !== 'delete' || change.ref.kind !== 'CustomResourceDefinition') return;
  const [first] = await instancesOf(change.before, cluster);
  if (first === undefined) return;
  throw new UpgradeError(`${refText(change.ref)} has objects by now: ${refText(refOf(first))}`, {
    hint: 'plan again: the definition stays as long as there are any',
  });
}

function resourceOf({ spec }: K8sObject): ApiResource {
  const text = (...path: readonly string[]) => stringAt(valueAt(spec, ...path)) ?? '';
  const served = listAt(valueAt(spec, 'versions')).find((version) => valueAt(version, 'served') !== false);
  return {
    group: text('group'),
    version: stringAt(valueAt(served, 'name')) ?? text('version'),
    kind: text('names', 'kind'),
    resource: text('names', 'plural'),
    namespaced: text('scope') !== 'Cluster',
    verbs: [],
  };
}
