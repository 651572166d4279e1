import { hostname, userInfo } from 'node:os';
import type { Evictor } from '../../src/app/evictor.ts';
import { Interrupted } from '../../src/app/interrupted.ts';
import { journalled } from '../../src/app/journalled.ts';
import { meshIdentity } from '../../src/app/mesh-identity.ts';
import type { Clock, Cluster } from '../../src/app/ports.ts';
import { plannedRun } from '../../src/app/run-record.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { type K8sObject, refText } from '../../src/core/object.ts';
import { hasWork, type Plan } from '../../src/core/plan.ts';
import { RUN_SCHEMA } from '../../src/core/run.ts';
import { escapeControls } from '../../src/diff/escape.ts';
import type { RunLog } from '../../src/journal/run-log.ts';
import { lostObjects } from '../../src/plan/lost-objects.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import { shownWords } from '../flags/shown-words.ts';
import type { Opened } from '../open-cluster.ts';
import { whileDoing } from '../screen/while-doing.ts';
import type { Shell } from '../shell.ts';
import { VERSION } from '../version.ts';
import { stateDirectory } from './state-directory.ts';
import { withLease } from './with-lease.ts';

export interface KeepArguments {
  readonly snapshot?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly yes: boolean;
  readonly color: ColourChoice;
  readonly quiet: boolean;
}

export interface Keeping {
  readonly args: KeepArguments;
  readonly shell: Shell;
  readonly clock: Clock;
  readonly opened: Opened;
  /** The runs that this one takes back. */
  readonly undoes?: readonly string[];
}

/** Where runs are kept; undefined for a file of objects, which one copies, unless it is asked for. */
export function keptIn(
  { snapshot, stateDir }: Pick<KeepArguments, 'snapshot' | 'stateDir'>,
  shell: Shell,
): string | undefined {
  return snapshot !== undefined && stateDir === undefined ? undefined : stateDirectory(stateDir, shell);
}

/** What an earlier run that was cut off deleted to create it again: its journal is the only place that still has it. */
export async function lostBefore(
  args: Pick<KeepArguments, 'snapshot' | 'stateDir'> & { readonly istioNamespace: string },
  shell: Shell,
  { cluster }: Opened,
): Promise<ReadonlyMap<string, K8sObject>> {
  const directory = keptIn(args, shell);
  if (directory === undefined) return new Map();
  const { keptRuns } = await import('../../src/journal/kept-runs.ts');
  const kept = await keptRuns(directory);
  if (kept.length === 0) return new Map();
  return lostObjects(kept, await meshIdentity(cluster, args.istioNamespace));
}

/** What is said before the question: the journal holds values that nobody may see. */
export function keptSecretsText({ changes }: Plan, args: KeepArguments, shell: Shell): string {
  const directory = keptIn(args, shell);
  const secrets = changes.filter(({ ref }) => ref.kind === 'Secret' && ref.group === '').map(({ ref }) => refText(ref));
  if (directory === undefined || secrets.length === 0) return '';
  const named = escapeControls(secrets.join(', '));
  return `${named}: kept with all values in ${directory}, which only you may read, since the plan changes what is in it\n`;
}

type CarryOut = (run: { readonly cluster: Cluster & Evictor }) => Promise<void>;

/**
 * Carries a plan out as the only run that writes, by a cluster that keeps what is written, and how it ended; where there is nothing to
 * write there is nothing to keep.
 * @throws UpgradeError where another run writes, or it cannot be kept: nothing is written then; and whatever `carryOut` throws
 */
export async function runKept(plan: Plan, keeping: Keeping, carryOut: CarryOut): Promise<void> {
  const { opened, shell, clock } = keeping;
  const { cluster, release } = await whileDoing('taking the lease', keeping, () =>
    withLease(plan, opened, shell, clock),
  );
  try {
    await kept(plan, { ...keeping, opened: { ...opened, cluster } }, carryOut);
  } finally {
    await release();
  }
}

async function kept(plan: Plan, keeping: Keeping, carryOut: CarryOut): Promise<void> {
  const { args, shell, opened } = keeping;
  const directory = keptIn(args, shell);
  const restarts = plan.dataPlane?.restarts.length ?? 0;
  if (directory === undefined || (!hasWork(plan) && restarts === 0)) return carryOut(opened);
  const log = await begin(plan, directory, keeping);
  try {
    await carryOut({ cluster: journalled(opened.cluster, log) });
  } catch (error) {
    await end(log, outcomeOf(error), shell);
    throw error;
  }
  await end(log, { result: 'done' }, shell);
}

async function begin(plan: Plan, directory: string, keeping: Keeping): Promise<RunLog> {
  const { args, shell, clock, opened, undoes = [] } = keeping;
  const [{ beginRun }, { planData }] = await Promise.all([
    import('../../src/journal/run-log.ts'),
    import('../../src/render/plan-data.ts'),
  ]);
  const { address, uid } = await meshIdentity(opened.cluster, plan.istioNamespace);
  const by = { account: `${userInfo().username}@${hostname()}`, ...opened.asked };
  const answer = args.yes ? '--yes' : 'yes';
  const run = { tool: VERSION, by, cluster: { address, uid }, ...plannedRun(plan) };
  const words = shownWords(shell.argv);
  return beginRun(directory, { schema: RUN_SCHEMA, ...run, words, answer, undoes, plan: planData(plan) }, clock);
}

/** The run is over whatever becomes of its record. */
async function end(log: RunLog, outcome: Parameters<RunLog['finish']>[0], shell: Shell): Promise<void> {
  await log.finish(outcome).catch((failure: unknown) => {
    if (!(failure instanceof UpgradeError)) throw failure;
    shell.err(`warning: how run ${log.id} ended is not kept: ${escapeControls(failure.message)}\n`);
  });
}

function outcomeOf(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  return { result: error instanceof Interrupted ? 'interrupted' : 'failed', message } as const;
}
