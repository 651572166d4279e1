import { meshIdentity } from '../../src/app/mesh-identity.ts';
import { planRollback } from '../../src/app/plan-rollback.ts';
import type { Clock } from '../../src/app/ports.ts';
import { forWriting } from '../../src/app/saved-problems.ts';
import { awaitedLater } from '../../src/core/awaited-later.ts';
import { counted } from '../../src/core/counted.ts';
import { EXIT, type ExitCode, UpgradeError, UpgradeErrors } from '../../src/core/errors.ts';
import { isPhase, type Phase } from '../../src/core/phase.ts';
import { hasWork, type Plan } from '../../src/core/plan.ts';
import { blockers } from '../../src/core/problem.ts';
import { keptRuns, runNamed } from '../../src/journal/kept-runs.ts';
import { type ChosenRuns, chooseRuns, PHASES_BACK } from '../../src/plan/choose-runs.ts';
import type { ConnectionArguments } from '../flags/connection-flags.ts';
import { parseDuration } from '../flags/duration.ts';
import { foundBesides, type Opened, openCluster } from '../open-cluster.ts';
import { takenBy } from '../request/taken.ts';
import { carryOut, type RunArguments } from '../runs/carry-out.ts';
import { keptSecretsText } from '../runs/keep-run.ts';
import { stateDirectory } from '../runs/state-directory.ts';
import { isConfirmed, theseChanges } from '../screen/confirm.ts';
import { planAsText, type ShowArguments } from '../screen/show-plan.ts';
import { whileDoing } from '../screen/while-doing.ts';
import type { Shell } from '../shell.ts';

export interface RollbackCommand extends ConnectionArguments, ShowArguments, RunArguments {
  readonly run?: readonly string[] | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly phase?: readonly string[] | undefined;
  readonly istioNamespace: string;
  readonly prune: boolean;
  readonly take?: readonly string[] | undefined;
  readonly forceConflicts: boolean;
  readonly ignore?: readonly string[] | undefined;
  readonly helm?: string | undefined;
}

interface WayBack {
  readonly plan: Plan;
  /** The runs that it takes back. */
  readonly undoes: readonly string[];
}

/** Shows the way back, asks, and carries it out. */
export async function runRollbackCommand(args: RollbackCommand, shell: Shell, clock: Clock): Promise<ExitCode> {
  const timeout = parseDuration(args.timeout, '--timeout');
  const settle = args.settle === undefined ? undefined : parseDuration(args.settle, '--settle');
  refuseMixed(args);
  const opened = await openCluster(args, shell);
  try {
    const { plan, undoes } = await whileDoing('reading the mesh', { args, shell }, () => planBack(args, shell, opened));
    shell.out(await planAsText(plan, args, shell));
    if (blockers(plan.problems).length > 0) return EXIT.blocked;
    if (!hasWork(plan)) return EXIT.done;
    const byHelm = plan.helm && (await (await import('../runs/helm-rollback.ts')).helmEdgesBack(args, shell));
    shell.err(keptSecretsText(plan, args, shell));
    const question = `Make ${theseChanges(plan)} to ${plan.cluster.address}, back to Istio ${plan.to}?`;
    if (!args.yes && !(await isConfirmed(question, shell))) return EXIT.declined;
    const context = { timeout, settle: args.snapshot ? (settle ?? 0) : settle, ...byHelm };
    const times = await carryOut(plan, { args, shell, clock, opened, undoes, context });
    shell.out(`done: ${counted(plan.changes.length, 'change')} taken back in ${times}${reached(plan)}\n`);
    return EXIT.done;
  } finally {
    await opened.cluster.close();
  }
}

/** @throws UpgradeError (exit 2) for flags of both ways at once */
function refuseMixed({ filename = [], run = [], prune }: RollbackCommand): void {
  if (filename.length > 0 && run.length > 0)
    throw new UpgradeError(
      `-f goes back to a release, ${run.join(' ')} to what was there before that run: which of the two?`,
      {
        exit: EXIT.usage,
      },
    );
  if (prune && filename.length === 0)
    throw new UpgradeError('--prune goes with -f: what a run created goes anyway', { exit: EXIT.usage });
}

/** The way back, and whether a lease can be had for it. */
async function planBack(args: RollbackCommand, shell: Shell, opened: Opened): Promise<WayBack> {
  const found = awaitedLater(foundBesides(opened, { istioNamespace: args.istioNamespace, willWrite: true }));
  const { plan, undoes } = await wayBack(args, shell, opened);
  return { plan: forWriting(plan, await found, args.ignore ?? []), undoes };
}

async function wayBack(args: RollbackCommand, shell: Shell, opened: Opened): Promise<WayBack> {
  const { istioNamespace, run: names = [] } = args;
  const asked = args.phase?.filter(isPhase);
  const isTaken = takenBy(args);
  if (args.filename !== undefined && args.filename.length > 0) {
    const { planToRelease } = await import('../request/plan-to-release.ts');
    return { plan: await planToRelease({ ...args, phases: asked, isTaken }, shell, opened), undoes: [] };
  }
  const phases: readonly Phase[] = asked ?? PHASES_BACK;
  const [kept, mesh] = await Promise.all([
    keptRuns(stateDirectory(args.stateDir, shell)),
    meshIdentity(opened.cluster, istioNamespace),
  ]);
  const named = names.map((name) => runNamed(kept, name));
  const chosen = await unlessHelms(args, opened, () => chooseRuns(kept, { mesh, phases, named }));
  if ('plan' in chosen) return chosen;
  const undoes = chosen.runs.map(({ record }) => record.id);
  const isHelms = phases.includes('control-plane') && chosen.runs.some(({ record }) => record.isHelms);
  if (isHelms)
    return { plan: await (await import('../runs/helm-rollback.ts')).planHelmBack(args, opened.cluster), undoes };
  return { plan: await planRollback({ ...chosen, istioNamespace, phases, isTaken }, opened.cluster), undoes };
}

/** Helm keeps records of its own: what was done Helm's way on another machine goes back as well. */
async function unlessHelms(
  args: RollbackCommand,
  { cluster, objects }: Opened,
  choose: () => ChosenRuns,
): Promise<ChosenRuns | WayBack> {
  try {
    return choose();
  } catch (error) {
    const isAsked = (args.run ?? []).length + (args.phase ?? []).length > 0;
    if (!(error instanceof UpgradeError) || isAsked || objects !== undefined) throw error;
    const { planHelmBack } = await import('../runs/helm-rollback.ts');
    const plan = await planHelmBack(args, cluster).catch((other: unknown) => {
      throw other instanceof UpgradeError ? new UpgradeErrors([error, other]) : other;
    });
    return { plan, undoes: [] };
  }
}

function reached({ phases, to, problems }: Plan): string {
  const left = problems.filter(({ id }) => id === 'changed-since' || id === 'field-conflict').length;
  if (left > 0)
    return `; ${counted(left, 'field')} ${left === 1 ? 'was left as another' : 'were left as others'} made ${left === 1 ? 'it' : 'them'}`;
  return phases.includes('control-plane') ? `, the control plane is back at Istio ${to}` : '';
}
