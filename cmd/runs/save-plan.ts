import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { savedObjects, secretChanges } from '../../src/app/saved-objects.ts';
import { EXIT, UpgradeError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { hashWith } from '../../src/plan/saved/conceal.ts';
import { SAVED_PLAN_SCHEMA, savedPlanText } from '../../src/plan/saved/saved-plan.ts';
import type { Opened } from '../open-cluster.ts';
import type { PlanArguments } from '../request/plan-request.ts';
import type { Shell } from '../shell.ts';
import { VERSION } from '../version.ts';
import { planIdentity } from './plan-identity.ts';

export interface SaveArguments extends PlanArguments {
  readonly snapshot?: string | undefined;
  readonly out: string;
}

/**
 * Writes a plan to a file that only its owner may read.
 * @throws UpgradeError (exit 2) for a plan of Helm's way
 */
export async function savePlan(plan: Plan, args: SaveArguments, opened: Opened, shell: Shell): Promise<void> {
  if (plan.helm !== undefined) throw ofHelms();
  const salt = randomBytes(16).toString('hex');
  const { prune, removeAnnotations, take = [], forceConflicts, ignore = [], out } = args;
  const saved = savedPlanText({
    schema: SAVED_PLAN_SCHEMA,
    version: VERSION,
    identity: await planIdentity(args, opened),
    salt,
    request: { phases: plan.phases, prune, removeAnnotations, take, forceConflicts, ignore },
    objects: savedObjects(plan, hashWith(salt)),
    plan,
  });
  await writePrivately(out, saved);
  const secrets =
    secretChanges(plan).length === 0 ? '' : '; it holds no values of Secrets: apply wants the same -f again';
  shell.err(`saved to ${out}${secrets}\n`);
}

/** Helm makes its changes itself, from charts and values that are not in the plan. */
function ofHelms(): UpgradeError {
  return new UpgradeError(
    "a plan of Helm's way cannot be saved: what is applied is what Helm makes of the chart then",
    {
      exit: EXIT.usage,
      hint: 'leave --out out, and apply with the flags of this plan',
    },
  );
}

/** Beside it first: a plan that is there already stays whole until the new one is. */
async function writePrivately(file: string, text: string): Promise<void> {
  const staged = `${file}.${process.pid}.new`;
  try {
    await writeFile(staged, text, { mode: 0o600, flag: 'wx' });
    await rename(staged, file);
  } catch (cause) {
    await rm(staged, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UpgradeError(`cannot write the plan to ${file}: ${why}`, { cause, hint: 'name another file with --out' });
  }
}
