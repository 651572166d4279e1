import { EXIT, UpgradeError } from '../core/errors.ts';
import { DEFAULT_PHASES, type Phase } from '../core/phase.ts';
import type { KeptRun, RunRecord } from '../core/run.ts';
import { wroteIn } from './object-history.ts';

/** Which mesh a run was about. */
export interface MeshIdentity {
  readonly address: string;
  /** Of namespace kube-system; undefined where it may not be read. */
  readonly uid: string | undefined;
  readonly istioNamespace: string;
}

export interface ChosenRuns {
  /** What is taken back, the oldest first. */
  readonly runs: readonly KeptRun[];
  /** Attempts to take it back that did not end well. */
  readonly begun: readonly KeptRun[];
}

/**
 * The runs that a rollback takes back. Without a name these are, of the runs that wrote something and were not taken back yet, the newest and those right
 * before it that did not end well: it went on where they stopped. With phase `data-plane` among others, also every later run that restarted workloads.
 * A rollback is taken back only by name.
 * @param kept all runs, the oldest first
 * @param named the runs that were asked for by name
 * @throws UpgradeError (exit 3) when there is none, or a named one was about another mesh
 */
export function chooseRuns(
  kept: readonly KeptRun[],
  {
    mesh,
    phases,
    named,
  }: { readonly mesh: MeshIdentity; readonly phases: readonly Phase[]; readonly named: readonly KeptRun[] },
): ChosenRuns {
  for (const { record } of named) if (!isAbout(record, mesh)) throw otherMesh(record, mesh);
  const here = kept.filter(({ record }) => isAbout(record, mesh));
  const runs = named.length > 0 ? named : chosen(here, phases);
  if (runs.length === 0) throw nothingToUndo(mesh, phases);
  const ids = runs.map(({ record }) => record.id);
  const begun = here.filter(
    ({ record }) => record.outcome?.result !== 'done' && record.undoes.some((id) => ids.includes(id)),
  );
  return { runs, begun };
}

/** The phases that go back without being named: all but the data plane, whose workloads would be restarted. */
export const PHASES_BACK = DEFAULT_PHASES;

/** Whether everything that a run wrote in a phase was taken back. */
export function isUndone(run: KeptRun, phase: Phase, kept: readonly KeptRun[]): boolean {
  return kept.some(
    (other) =>
      other.record.undoes.includes(run.record.id) &&
      other.record.outcome?.result === 'done' &&
      other.record.phases.includes(phase) &&
      !isUndone(other, phase, kept),
  );
}

function chosen(here: readonly KeptRun[], phases: readonly Phase[]): readonly KeptRun[] {
  const control = phases.filter((phase) => phase !== 'data-plane');
  const candidates = (asked: readonly Phase[]) =>
    here.filter(
      (run) =>
        run.record.undoes.length === 0 && asked.some((phase) => wroteIn(run, [phase]) && !isUndone(run, phase, here)),
    );
  const upgrades = lastChain(candidates(control));
  if (!phases.includes('data-plane')) return upgrades;
  const restarts = candidates(['data-plane']);
  const [first] = upgrades;
  if (first === undefined) return control.length === 0 ? lastChain(restarts) : [];
  const since = restarts.filter((run) => run.record.id > first.record.id && !upgrades.includes(run));
  return [...upgrades, ...since].sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
}

function lastChain(runs: readonly KeptRun[]): readonly KeptRun[] {
  const ended = runs.slice(0, -1).findLastIndex(({ record }) => record.outcome?.result === 'done');
  return runs.slice(ended + 1);
}

/** Whether a run was about this mesh. */
export function isAbout({ cluster, istioNamespace }: RunRecord, mesh: MeshIdentity): boolean {
  if (istioNamespace !== mesh.istioNamespace) return false;
  const isKnown = cluster.uid !== undefined && mesh.uid !== undefined;
  return isKnown ? cluster.uid === mesh.uid : cluster.address === mesh.address;
}

function otherMesh({ id, cluster, istioNamespace }: RunRecord, mesh: MeshIdentity): UpgradeError {
  return new UpgradeError(`run ${id} was about namespace ${istioNamespace} on ${cluster.address}`, {
    hint: `this is namespace ${mesh.istioNamespace} on ${mesh.address}: name the other cluster with --context, the namespace with -i`,
    exit: EXIT.blocked,
  });
}

function nothingToUndo({ address, istioNamespace }: MeshIdentity, phases: readonly Phase[]): UpgradeError {
  const where = `namespace ${istioNamespace} on ${address}`;
  return new UpgradeError(
    `nothing to roll back: no run that is kept here wrote to ${where} (phases ${phases.join(', ')})`,
    {
      hint: 'history lists the runs that are kept; --state-dir names another place, --phase data-plane the data plane, -f the old release',
      exit: EXIT.blocked,
    },
  );
}
