import { meshIdentity } from '../src/app/mesh-identity.ts';
import { planRollback } from '../src/app/plan-rollback.ts';
import type { Clock } from '../src/app/ports.ts';
import { type RunContext, runPlan } from '../src/app/run-plan.ts';
import { EXIT, type ExitCode, UpgradeError, UpgradeErrors } from '../src/core/errors.ts';
import { isPhase, type Phase } from '../src/core/phase.ts';
import { hasWork, type Plan } from '../src/core/plan.ts';
import { blockers } from '../src/core/problem.ts';
import { keptRuns, runNamed } from '../src/journal/kept-runs.ts';
import { type ChosenRuns, chooseRuns, PHASES_BACK } from '../src/plan/choose-runs.ts';
import { timesText } from '../src/render/progress/times-text.ts';
import { isConfirmed } from './confirm.ts';
import type { ConnectionArguments } from './flags/connection-flags.ts';
import { parseDuration } from './flags/duration.ts';
import { followRun } from './follow-run.ts';
import { keptSecretsText, runKept } from './keep-run.ts';
import { type Opened, openCluster } from './open-cluster.ts';
import { planAsText, type ShowArguments } from './plan.ts';
import type { Shell } from './shell.ts';
import { stateDirectory } from './state-directory.ts';
import { takenBy } from './taken.ts';
import { whileDoing } from './while-doing.ts';
import { writeBack } from './write-back.ts';

export interface RollbackCommand extends ConnectionArguments, ShowArguments {
  readonly run?: readonly string[] | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly phase?: readonly string[] | undefined;
  readonly istioNamespace: string;
  readonly prune: boolean;
  readonly take?: readonly string[] | undefined;
  readonly forceConflicts: boolean;
  readonly helm?: string | undefined;
  readonly snapshot?: string | undefined;
  readonly snapshotOut?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly yes: boolean;
  readonly timeout: string;
  readonly settle?: string | undefined;
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
    const back = await whileDoing('reading the mesh', { args, shell }, () => planBack(args, shell, opened));
    const { plan } = back;
    shell.out(await planAsText(plan, args, shell));
    if (blockers(plan.problems).length > 0) return EXIT.blocked;
    if (!hasWork(plan)) return EXIT.done;
    const byHelm = plan.helm && (await (await import('./helm-rollback.ts')).helmEdgesBack(args, shell));
    shell.err(keptSecretsText(plan, args, shell));
    const question = `Make these ${plan.changes.length} changes to ${plan.cluster.address}, back to Istio ${plan.to}?`;
    if (!args.yes && !(await isConfirmed(question, shell))) return EXIT.declined;
    const times = await carryOut(back, {
      byHelm,
      args,
      shell,
      clock,
      opened,
      limits: { timeout, settle: args.snapshot ? (settle ?? 0) : settle },
    });
    shell.out(`done: ${plan.changes.length} changes taken back in ${times}${reached(plan)}\n`);
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

async function planBack(args: RollbackCommand, shell: Shell, opened: Opened): Promise<WayBack> {
  const { istioNamespace, run: names = [] } = args;
  const asked = args.phase?.filter(isPhase);
  const isTaken = takenBy(args);
  if (args.filename !== undefined && args.filename.length > 0) {
    const { planToRelease } = await import('./plan-to-release.ts');
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
  if (isHelms) return { plan: await (await import('./helm-rollback.ts')).planHelmBack(args, opened.cluster), undoes };
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
    const { planHelmBack } = await import('./helm-rollback.ts');
    const plan = await planHelmBack(args, cluster).catch((other: unknown) => {
      throw other instanceof UpgradeError ? new UpgradeErrors([error, other]) : other;
    });
    return { plan, undoes: [] };
  }
}

interface CarryingOut {
  /** For a plan that Helm carries out. */
  readonly byHelm: Pick<RunContext, 'helm' | 'keep'> | undefined;
  readonly args: RollbackCommand;
  readonly shell: Shell;
  readonly clock: Clock;
  readonly opened: Opened;
  readonly limits: { readonly timeout: number; readonly settle: number | undefined };
}

/** @returns how long it took */
async function carryOut(
  { plan, undoes }: WayBack,
  { byHelm, args, shell, clock, opened, limits }: CarryingOut,
): Promise<string> {
  shell.beginsWriting();
  let times = '';
  try {
    await runKept(plan, { args, shell, clock, opened, undoes }, async ({ cluster }) => {
      const edges = { cluster, evictor: cluster, clock, signal: shell.interrupted };
      times = timesText(await followRun(runPlan(plan, { ...edges, ...byHelm, ...limits }), { args, shell }));
    });
    return times;
  } finally {
    await writeBack(args, opened);
  }
}

function reached({ phases, to, problems }: Plan): string {
  const left = problems.filter(({ id }) => id === 'changed-since' || id === 'field-conflict').length;
  if (left > 0) return `; ${left} fields were left as others made them`;
  return phases.includes('control-plane') ? `, the control plane is back at Istio ${to}` : '';
}
