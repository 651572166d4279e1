import { Moved } from '../../src/app/moved.ts';
import type { Clock } from '../../src/app/ports.ts';
import { type RunContext, runPlan } from '../../src/app/run-plan.ts';
import { UpgradeErrors } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { timesText } from '../../src/render/progress/times-text.ts';
import type { Opened } from '../open-cluster.ts';
import { styleFor } from '../screen/colour.ts';
import { followRun } from '../screen/follow-run.ts';
import type { Shell } from '../shell.ts';
import { type KeepArguments, runKept } from './keep-run.ts';
import { writeBack } from './write-back.ts';

/** What is said of a run, whatever it carries out. */
export interface RunArguments extends KeepArguments {
  readonly snapshotOut?: string | undefined;
  readonly timeout: string;
  readonly settle?: string | undefined;
}

export interface CarryingOut {
  readonly args: RunArguments;
  readonly shell: Shell;
  readonly clock: Clock;
  readonly opened: Opened;
  /** The runs that this one takes back. */
  readonly undoes?: readonly string[];
  /** What a plan of Helm's way is carried out with besides, and how long things may take. */
  readonly context: Omit<RunContext, 'cluster' | 'evictor' | 'clock' | 'signal'>;
}

/**
 * Carries a confirmed plan out as the only run that writes, shows how far it is, and keeps what is written; a snapshot is written back
 * as far as the run came.
 * @returns how long its phases took, in words
 * @throws what ended the run; of an object that moved under the plan the difference is shown first
 */
export async function carryOut(plan: Plan, { context, ...keeping }: CarryingOut): Promise<string> {
  const { args, shell, clock, opened } = keeping;
  shell.beginsWriting();
  let times = '';
  try {
    await runKept(plan, keeping, async ({ cluster }) => {
      const edges = { cluster, evictor: cluster, clock, signal: shell.interrupted };
      times = timesText(await followRun(runPlan(plan, { ...edges, ...context }), keeping));
    });
    return times;
  } catch (error) {
    for (const each of error instanceof UpgradeErrors ? error.errors : [error])
      if (each instanceof Moved) shell.err(await movedText(each, args, shell));
    throw error;
  } finally {
    await writeBack(args, opened);
  }
}

/** What moved under the plan: the difference between what was shown as live and what is there now. */
async function movedText({ change, now }: Moved, { color }: KeepArguments, shell: Shell): Promise<string> {
  const [{ beforeOf }, { diffText }] = await Promise.all([
    import('../../src/core/change.ts'),
    import('../../src/render/diff-text.ts'),
  ]);
  return diffText(beforeOf(change), now, styleFor(color, shell.env, shell.isStderrTerminal));
}
