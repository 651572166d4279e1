import { makeRollback } from '../src/app/make-rollback.ts';
import type { Clock, Cluster } from '../src/app/ports.ts';
import { runPlan } from '../src/app/run-plan.ts';
import { EXIT, type ExitCode, UpgradeError } from '../src/core/errors.ts';
import type { Plan } from '../src/core/plan.ts';
import { blockers } from '../src/core/problem.ts';
import { preImages } from '../src/journal/pre-images.ts';
import { openHelm } from '../src/programs/helm.ts';
import { helmReleases } from '../src/programs/helm-releases.ts';
import { manifestObjects } from '../src/release/helm-manifest.ts';
import { helmRecords } from '../src/release/helm-records.ts';
import { eventText } from '../src/render/event-text.ts';
import { styleFor } from './colour.ts';
import type { ConnectionArguments } from './connection.ts';
import { parseDuration } from './duration.ts';
import { helmConnection } from './helm-connection.ts';
import { stateDirectory } from './helm-request.ts';
import { openCluster } from './open-cluster.ts';
import { planAsText, type ShowArguments } from './plan.ts';
import type { Shell } from './shell.ts';

export interface RollbackCommand extends ConnectionArguments, ShowArguments {
  readonly istioNamespace: string;
  readonly helm?: string | undefined;
  readonly yes: boolean;
  readonly timeout: string;
  readonly stateDir?: string | undefined;
}

/** Shows what going back would change, asks, and has Helm do it. */
export async function runRollbackCommand(args: RollbackCommand, shell: Shell, clock: Clock): Promise<ExitCode> {
  const timeout = parseDuration(args.timeout, '--timeout');
  const connection = connectionForHelm(args);
  const { cluster } = await openCluster(args, shell);
  try {
    const { istioNamespace } = args;
    const plan = await makeRollback({ istioNamespace, records: helmRecords }, cluster);
    shell.out(await planAsText(plan, args, shell));
    if (blockers(plan.problems).length > 0) return EXIT.blocked;
    if (!(await isConfirmed(plan, args, shell))) return EXIT.declined;
    await goBack(plan, { args, shell, clock, cluster, timeout, connection });
    shell.out(`done: the control plane is back at Istio ${plan.to}\n`);
    return EXIT.done;
  } finally {
    await cluster.close();
  }
}

/** @throws UpgradeError (exit 2) for a flag that Helm cannot be given */
function connectionForHelm(args: RollbackCommand): readonly string[] {
  const { flags, unknown } = helmConnection(args);
  const [flag] = unknown;
  if (flag === undefined) return flags;
  throw new UpgradeError(`${flag}: Helm, which goes back, has no such flag`, {
    exit: EXIT.usage,
    hint: 'put it into a context of a kubeconfig, and name that with --context',
  });
}

/** @throws UpgradeError (exit 2) when there is nobody to ask */
async function isConfirmed(plan: Plan, { yes }: RollbackCommand, shell: Shell): Promise<boolean> {
  if (yes) return true;
  if (!shell.isStdinTerminal)
    throw new UpgradeError('there is a question to ask and no terminal to ask it on', {
      exit: EXIT.usage,
      hint: 'look at what would change first, then pass --yes',
    });
  const answer = await shell.ask(
    `Go back to Istio ${plan.to} on ${plan.cluster.address}? Only "yes" is taken as yes: `,
  );
  if (answer?.trim() === 'yes') return true;
  shell.err('declined: nothing was written\n');
  return false;
}

interface GoingBack {
  readonly args: RollbackCommand;
  readonly shell: Shell;
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly timeout: number;
  readonly connection: readonly string[];
}

async function goBack(plan: Plan, { args, shell, clock, cluster, timeout, connection }: GoingBack): Promise<void> {
  const program = await openHelm({ path: args.helm, env: shell.env });
  const helm = helmReleases(program, {
    prepareChart: async () => {
      throw new Error('going back needs no chart');
    },
    values: [],
    connection,
    objectsOf: manifestObjects,
  });
  const keep = preImages(stateDirectory(args.stateDir, shell));
  const style = styleFor(args.color, shell.env, shell.isStderrTerminal);
  shell.beginsWriting();
  for await (const event of runPlan(plan, { cluster, clock, timeout, helm, keep, signal: shell.interrupted }))
    if (!args.quiet) for (const line of eventText(event, style)) shell.err(`${line}\n`);
}
