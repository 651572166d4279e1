import type { HelmRequest } from '../../src/app/installation.ts';
import type { Clock, Release } from '../../src/app/ports.ts';
import { counted } from '../../src/core/counted.ts';
import { EXIT, type ExitCode, UpgradeError } from '../../src/core/errors.ts';
import { refText } from '../../src/core/object.ts';
import { hasWork, mtlsChanges, type Plan } from '../../src/core/plan.ts';
import { blockers } from '../../src/core/problem.ts';
import { parseDuration } from '../flags/duration.ts';
import { type Opened, openCluster } from '../open-cluster.ts';
import { type HelmArguments, type OpenedHelm, openHelmWay } from '../request/helm-request.ts';
import { newPlan } from '../request/new-plan.ts';
import { type PlanArguments, planRequest } from '../request/plan-request.ts';
import { openRelease } from '../request/release-request.ts';
import { carryOut, type RunArguments } from '../runs/carry-out.ts';
import { keptSecretsText, lostBefore } from '../runs/keep-run.ts';
import { stateDirectory } from '../runs/state-directory.ts';
import { isConfirmed, theseChanges } from '../screen/confirm.ts';
import { planAsText, type ShowArguments } from '../screen/show-plan.ts';
import { whileDoing } from '../screen/while-doing.ts';
import type { Shell } from '../shell.ts';

export interface ApplyCommand extends PlanArguments, HelmArguments, ShowArguments, RunArguments {
  /** A saved plan. */
  readonly plan?: string | undefined;
  readonly allowMtlsChange: boolean;
  readonly maxParallel: number;
}

/** Shows the same plan as `plan`, asks, and carries it out. */
export async function runApplyCommand(args: ApplyCommand, shell: Shell, clock: Clock): Promise<ExitCode> {
  const timeout = parseDuration(args.timeout, '--timeout');
  const settle = settleTime(args);
  if (args.snapshotOut !== undefined && args.snapshot === undefined) {
    throw new UpgradeError('--snapshot-out goes with --snapshot', { exit: EXIT.usage });
  }
  const release = args.plan === undefined ? await openRelease(args, shell) : undefined;
  try {
    const source = await planSource(args, release, shell);
    return await showAndApply(source, release, { args, shell, clock, timeout, settle });
  } finally {
    await release?.close();
  }
}

async function showAndApply(
  source: PlanSource,
  release: Release | undefined,
  command: Omit<Run, 'opened' | 'helm'>,
): Promise<ExitCode> {
  const { args, shell } = command;
  const helm = await openHelmWay(args, release, shell);
  const opened = await openCluster(args, shell);
  try {
    const plan = await source(opened, helm.request);
    shell.out(await planAsText(plan, args, shell));
    if (blockers(plan.problems).length > 0) return EXIT.blocked;
    refuseUnaskedMtlsChange(plan, args);
    shell.err(keptSecretsText(plan, args, shell));
    if (!(await confirmed(plan, args, shell))) return EXIT.declined;
    return await carryOutAndTell(plan, { ...command, opened, helm });
  } finally {
    await opened.cluster.close();
    await helm.close();
  }
}

type PlanSource = (opened: Opened, helm: HelmRequest) => Promise<Plan>;

/** The plan of a file, or a new one; either is refused for its flags before anybody is asked anything. */
async function planSource(args: ApplyCommand, release: Release | undefined, shell: Shell): Promise<PlanSource> {
  if (args.plan !== undefined) {
    const { loadPlan, openPlan } = await import('../runs/load-plan.ts');
    const saved = await loadPlan(args.plan, args, shell);
    return (opened) =>
      whileDoing('looking whether all is as it was', { args, shell }, () => openPlan(saved, args, opened, shell));
  }
  const request = await planRequest(args, shell, { willWrite: true, release });
  return async (opened, helm) => {
    const lost = await lostBefore(args, shell, opened);
    return newPlan({ ...request, lost }, { args, shell, release, opened, helm });
  };
}

/** In a snapshot there is no Pilot to wait for. */
function settleTime({ settle, snapshot }: ApplyCommand): number | undefined {
  if (settle !== undefined) return parseDuration(settle, '--settle');
  return snapshot === undefined ? undefined : 0;
}

/**
 * Who says yes beforehand has not seen what becomes of mutual TLS: that wants a yes of its own.
 * @throws UpgradeError (exit 3)
 */
function refuseUnaskedMtlsChange(plan: Plan, { yes, allowMtlsChange }: ApplyCommand): void {
  const changes = mtlsChanges(plan);
  const [first] = changes;
  if (!yes || allowMtlsChange || first === undefined) return;
  const others = changes.length === 1 ? '' : ` and ${changes.length - 1} more`;
  throw new UpgradeError(
    `nothing was written: mutual TLS would change (${refText(first.service)} port ${first.port}: ${first.verdict}${others})`,
    { exit: EXIT.blocked, hint: 'look at the table of the plan, then pass --allow-mtls-change besides --yes' },
  );
}

async function confirmed(plan: Plan, args: ApplyCommand, shell: Shell): Promise<boolean> {
  const evictions = (plan.dataPlane?.restarts ?? []).filter(({ way, isBegun }) => way === 'evict' && isBegun).length;
  if (args.yes || (!hasWork(plan) && evictions === 0)) return true;
  const mtls = mtlsChanges(plan).length;
  const warning = mtls === 0 ? '' : `Mutual TLS changes in ${counted(mtls, 'row')} of the table above. `;
  const { address } = plan.cluster;
  const evicted = `evicting pods of ${counted(evictions, 'workload')}`;
  if (!hasWork(plan)) return isConfirmed(`${warning}Go on ${evicted} on ${address}?`, shell);
  const going = evictions === 0 ? '' : ` and go on ${evicted}`;
  const runs = (plan.helm ?? []).map(({ release }) => ` with helm upgrade ${release}`).join(' and');
  const question = `${warning}Apply ${theseChanges(plan)} to ${address}${runs}${going}?`;
  return isConfirmed(question, shell);
}

interface Run {
  readonly args: ApplyCommand;
  readonly shell: Shell;
  readonly clock: Clock;
  readonly timeout: number;
  readonly settle: number | undefined;
  readonly opened: Opened;
  readonly helm: OpenedHelm;
}

async function carryOutAndTell(
  plan: Plan,
  { args, shell, clock, timeout, settle, opened, helm }: Run,
): Promise<ExitCode> {
  const { maxParallel } = args;
  const context = { timeout, settle, maxParallel, ...(await helmEdges(helm.request, args, shell)) };
  const times = await carryOut(plan, { args, shell, clock, opened, context });
  const isDone = hasWork(plan) || (plan.dataPlane?.restarts.length ?? 0) > 0;
  shell.out(isDone ? `done: ${counted(plan.changes.length, 'change')} applied in ${times}${reached(plan)}\n` : '');
  shell.out(await whileDoing('counting old sidecars', { args, shell }, () => whatIsLeft(plan, args, opened)));
  return EXIT.done;
}

/** What a plan of Helm's way is carried out with. */
async function helmEdges({ helm }: HelmRequest, { stateDir }: ApplyCommand, shell: Shell) {
  const { preImages } = await import('../../src/journal/pre-images.ts');
  const keep = preImages(stateDirectory(stateDir, shell));
  return { keep, ...('run' in helm ? { helm } : {}) };
}

/** Old and new sidecars live side by side until somebody restarts them: how many there are, and how to do that. */
async function whatIsLeft({ phases, istioNamespace, to }: Plan, args: ApplyCommand, opened: Opened): Promise<string> {
  if (!phases.includes('control-plane') || phases.includes('data-plane')) return '';
  const [{ oldSidecars }, { oldSidecarsText }] = await Promise.all([
    import('../../src/app/old-sidecars.ts'),
    import('../../src/render/old-sidecars-text.ts'),
  ]);
  return oldSidecarsText(await oldSidecars(opened.cluster, { istioNamespace, release: to }), to, sameMesh(args));
}

/** The flags that lead to the same mesh again. */
function sameMesh({ kubeconfig, context, istioNamespace, ...files }: ApplyCommand): readonly string[] {
  const snapshot = files.snapshotOut ?? files.snapshot;
  const given = { kubeconfig, context, snapshot, i: istioNamespace === 'istio-system' ? undefined : istioNamespace };
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [name.length === 1 ? `-${name}` : `--${name}`, value],
  );
}

/** Where the control plane is now, if this run was about it and left nothing to anybody else. */
function reached({ phases, problems, to, dataPlane }: Plan): string {
  const restarts = dataPlane?.restarts.length ?? 0;
  const sidecars =
    restarts === 0
      ? ''
      : `, ${restarts} ${restarts === 1 ? 'workload runs' : 'workloads run'} its sidecar of Istio ${to}`;
  if (!phases.includes('control-plane')) return sidecars;
  const left = problems.filter(({ id }) => id === 'field-conflict').length;
  return left === 0
    ? `, the control plane is at Istio ${to}${sidecars}`
    : `${sidecars}; ${counted(left, 'conflicting field')} ${left === 1 ? 'was left to its owner' : 'were left to their owners'}`;
}
