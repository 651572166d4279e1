import { annotationsOf, type K8sObject } from '../../core/object.ts';

// Helm runs these by itself at other moments than an upgrade; as plain manifests they would run at once.
const OTHER_MOMENTS = [
  'pre-delete',
  'post-delete',
  'pre-rollback',
  'post-rollback',
  'test',
  'test-success',
  'test-failure',
];

/**
 * Why a rendered object must not be applied as it stands, if so. A rendered chart contains its hooks, and applying one runs it:
 * `istio-cleanup-secrets` (post-delete) would delete every workload certificate of the cluster.
 * @returns undefined for an object to apply
 */
export function whyNotApplied(object: K8sObject): string | undefined {
  const moments = hookMoments(object);
  const other = moments.find((moment) => OTHER_MOMENTS.includes(moment));
  if (other !== undefined) return `Helm hook for ${other}: applying it would run it now`;
  if (object.kind !== 'Job' || moments.length === 0) return undefined;
  return `Helm hook for ${moments.join(', ')}: a Job that would run outside this plan`;
}

function hookMoments(object: K8sObject): readonly string[] {
  const annotation = annotationsOf(object)['helm.sh/hook'] ?? '';
  return annotation
    .split(',')
    .map((moment) => moment.trim())
    .filter((moment) => moment !== '');
}
