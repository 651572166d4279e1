import { type K8sObject, labelsOf } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResources } from '../core/resources.ts';
import { listUnlessForbidden } from './list-unless-forbidden.ts';
import type { Cluster } from './ports.ts';

const TILLER = 'OWNER=TILLER';
const STORES = ['ConfigMap', 'Secret'].map((kind) => ({ group: '', kind }));
const DEPLOYMENT = { group: 'apps', kind: 'Deployment' };

/**
 * The releases that the control plane's Deployments are labelled with and that Helm 2's Tiller keeps records of, as ConfigMaps or Secrets
 * wherever it runs: a blocker each. A namespace that may not be listed has none that anybody can see.
 */
export async function tillerProblems(
  cluster: Cluster,
  resources: ApiResources,
  istioNamespace: string,
): Promise<readonly Problem[]> {
  const records = (await Promise.all(STORES.map((kind) => recordsOf(cluster, resources, kind)))).flat();
  if (records.length === 0) return [];
  const query = { namespace: istioNamespace };
  const live = await listUnlessForbidden(cluster, resources, { kind: DEPLOYMENT, query });
  const names = new Set('forbidden' in live ? [] : live.flatMap((one) => labelsOf(one).release ?? []));
  const groups = Map.groupBy(records, (record) => labelsOf(record).NAME ?? '');
  const newest = [...groups].flatMap(([name, revisions]) => (names.has(name) ? newestOf(revisions) : []));
  return newest.filter((record) => labelsOf(record).STATUS !== 'DELETED').map(ownedByTiller);
}

/** Tiller runs in kube-system unless somebody put it elsewhere. */
async function recordsOf(cluster: Cluster, resources: ApiResources, kind: (typeof STORES)[number]) {
  const everywhere = await listUnlessForbidden(cluster, resources, { kind, query: { labelSelector: TILLER } });
  if (!('forbidden' in everywhere)) return everywhere;
  const query = { namespace: 'kube-system', labelSelector: TILLER };
  const usual = await listUnlessForbidden(cluster, resources, { kind, query });
  return 'forbidden' in usual ? [] : usual;
}

function newestOf(revisions: readonly K8sObject[]): readonly K8sObject[] {
  const version = (record: K8sObject) => Number(labelsOf(record).VERSION ?? 0);
  return [...revisions].sort((a, b) => version(b) - version(a)).slice(0, 1);
}

function ownedByTiller(record: K8sObject): Problem {
  const { NAME = '', VERSION = '', STATUS = '' } = labelsOf(record);
  const giveUp = "kubectl's way, with the release given up: --strategy kubectl --ignore installed-by-helm2";
  return {
    id: 'installed-by-helm2',
    severity: 'blocker',
    message: `the control plane belongs to Helm 2's release ${NAME} (revision ${VERSION}, ${STATUS}), of which Tiller keeps the record in ${record.metadata.namespace}`,
    hint: `move it to Helm 3 (helm 2to3 convert ${NAME}) and go Helm's way; or ${giveUp}`,
  };
}
