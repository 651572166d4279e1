import { type JsonObject, listAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import { likelyDeployment, ownerOfPod } from '../mesh/workload-key.ts';
import type { Cluster } from './ports.ts';
import { collect } from './read-state.ts';

const OPERATORS: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };

/** The pods of a workload that run or are about to; not those that have ended or are being deleted. */
export async function podsOf(
  workload: K8sObject,
  cluster: Cluster,
  resources: ApiResources,
): Promise<readonly K8sObject[]> {
  const [resource] = servedVersions(resources, { group: '', kind: 'Pod' });
  if (resource === undefined) return [];
  const query = {
    namespace: workload.metadata.namespace,
    labelSelector: selectorText(objectAt(valueAt(workload, 'spec', 'selector'))),
  };
  const pods = await collect(cluster.list(resource, query));
  return pods.filter((pod) => isMadeBy(pod, workload) && !isEnding(pod));
}

/** A LabelSelector as a list request takes it. */
export function selectorText({ matchLabels, matchExpressions }: JsonObject): string {
  const exact = Object.entries(objectAt(matchLabels)).map(([key, value]) => `${key}=${value}`);
  const expressions = listAt(matchExpressions).map((expression) => {
    const key = stringAt(valueAt(expression, 'key')) ?? '';
    const operator = stringAt(valueAt(expression, 'operator')) ?? '';
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${OPERATORS[operator]} (${listAt(valueAt(expression, 'values')).join(',')})`;
  });
  return [...exact, ...expressions].join(',');
}

/** Selectors may overlap: whose pod it is, its owner says. */
function isMadeBy(pod: K8sObject, workload: K8sObject): boolean {
  const owner = ownerOfPod(pod);
  const maker = workload.kind === 'Deployment' ? likelyDeployment(owner) : owner.ref;
  return maker !== undefined && refText({ ...maker, group: 'apps' }) === refText({ ...refOf(workload), group: 'apps' });
}

function isEnding(pod: K8sObject): boolean {
  const phase = stringAt(valueAt(pod, 'status', 'phase')) ?? '';
  return pod.metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed'].includes(phase);
}

export function isPodReady(pod: K8sObject): boolean {
  return listAt(valueAt(pod, 'status', 'conditions')).some(
    (one) => valueAt(one, 'type') === 'Ready' && valueAt(one, 'status') === 'True',
  );
}
