import { type K8sObject, labelsOf, refOf, refText } from '../../../../core/object.ts';
import { find, objectsOf } from '../../../../core/snapshot.ts';
import { containersOf } from '../../../../mesh/component-container.ts';
import { releaseNamesOf } from '../../../../mesh/release-names.ts';
import type { CheckContext } from '../../../../plan/check.ts';
import { targetMesh } from '../../../every/checks/target-mesh.ts';
import { leftovers } from '../../../every/leftovers.ts';

const KINDS = ['Deployment', 'DaemonSet'].map((kind) => ({ group: 'apps', kind }));

/** Live workloads of the mesh's release that the target has no more, wherever they lie. None without a target. */
export function lostWorkloads(context: CheckContext): readonly K8sObject[] {
  const { mesh } = context;
  const wanted = targetMesh(context);
  if (wanted === undefined) return [];
  const releases = releaseNamesOf(mesh);
  return KINDS.flatMap((kind) => objectsOf(mesh.snapshot, kind)).filter((workload) => {
    const isReleased = releases.includes(labelsOf(workload).release ?? '');
    return isReleased && find(wanted.snapshot, refOf(workload)) === undefined;
  });
}

/** A proxy of its own, and not beside an application. */
export function isGateway(workload: K8sObject): boolean {
  return containersOf(workload).some(({ words }) => words.includes('router') || words.includes('ingress'));
}

/** What becomes of such a workload: it stays behind, or `--prune` deletes it. */
export function isPruned(workload: K8sObject, context: CheckContext): boolean {
  const wishes = context.prune ? (leftovers.apply(context).wishes ?? []) : [];
  const text = refText(refOf(workload));
  return wishes.some((wish) => wish.want === 'absent' && refText(wish.ref) === text);
}
