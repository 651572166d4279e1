import { refText } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResources } from '../core/resources.ts';
import type { KeptRun } from '../core/run.ts';
import { compareMinors, parseVersion, versionText } from '../core/version.ts';
import { componentsOf, isPilot } from '../mesh/control-plane.ts';
import type { Cluster } from './ports.ts';
import { readWorkloads } from './read-mesh.ts';
import type { RollbackRequest } from './rollback-request.ts';
import type { Undone } from './undone.ts';

interface Reading {
  readonly cluster: Cluster;
  readonly resources: ApiResources;
}

/** What others changed since, and stays as they made it. */
export function changedSince({ history: { ref }, undo }: Undone): readonly Problem[] {
  if (undo.do === 'nothing') return [];
  return undo.conflicts
    .filter(({ taken }) => !taken)
    .map(({ owner, path }) => ({
      id: 'changed-since',
      severity: 'warning',
      ref,
      message: `${refText(ref)}: ${path} was changed since the run, by "${owner}"`,
      hint: `${undo.do === 'stays' ? 'the object is left as it is' : 'left as it is'} (default); take it with --take ${refText(ref)}:${path}`,
    }));
}

/** Sidecars come from the injector: as long as that is of the newer release, workloads that are restarted get its sidecar again. */
export async function controlPlaneAhead(
  { phases, istioNamespace }: RollbackRequest,
  { cluster, resources, to }: Reading & { readonly to: string },
): Promise<readonly Problem[]> {
  if (!phases.includes('data-plane') || phases.includes('control-plane')) return [];
  const live = componentsOf(await readWorkloads(cluster, resources, istioNamespace), istioNamespace).find(isPilot);
  const wanted = parseVersion(to);
  if (live?.version === undefined || wanted === undefined || compareMinors(live.version, wanted) === 0) return [];
  return [
    {
      id: 'control-plane-version',
      severity: 'blocker',
      message: `the control plane is at Istio ${versionText(live.version)}: restarted workloads would get its sidecar, not that of ${to}`,
      hint: 'roll the control plane back with it: --phase crds --phase config --phase control-plane --phase data-plane',
    },
  ];
}

/** What a rollback leaves, said before it is asked for. */
export function notUndone(
  undone: readonly Undone[],
  runs: readonly KeptRun[],
  phases: readonly Phase[],
): readonly Problem[] {
  const notes: string[] = [];
  const jobs = undone.filter(({ history, undo }) => history.ref.kind === 'Job' && undo.do !== 'nothing');
  if (jobs.length > 0) notes.push('what Jobs have done stays done');
  const restarted = runs.some(({ record }) => record.restarts.length > 0);
  if (restarted && !phases.includes('data-plane'))
    notes.push(
      'workloads keep the sidecars that they were restarted with; add --phase data-plane to the other phases to restart them',
    );
  return notes.map((message) => ({ id: 'not-undone', severity: 'note', message }));
}
