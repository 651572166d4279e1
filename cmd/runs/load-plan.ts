import { readFile, stat } from 'node:fs/promises';
import { makePlan } from '../../src/app/make-plan.ts';
import { type MovedObject, movedSince, secretChanges, withSecrets } from '../../src/app/saved-objects.ts';
import { forWriting } from '../../src/app/saved-problems.ts';
import { EXIT, UpgradeError, UpgradeErrors } from '../../src/core/errors.ts';
import { refText } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { escapeControls } from '../../src/diff/escape.ts';
import { HOPS } from '../../src/hops/index.ts';
import { readSavedPlan, type SavedPlan } from '../../src/plan/saved/saved-plan.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import { foundBesides, type Opened } from '../open-cluster.ts';
import { type PlanArguments, planRequest } from '../request/plan-request.ts';
import { reinjectionFlagsIn } from '../request/reinjection-request.ts';
import { styleFor } from '../screen/colour.ts';
import type { Shell } from '../shell.ts';
import { VERSION } from '../version.ts';
import { planIdentity } from './plan-identity.ts';

export interface LoadArguments extends PlanArguments {
  readonly snapshot?: string | undefined;
  readonly color: ColourChoice;
}

const DEFAULT_NAMESPACE = 'istio-system';
/** No real plan comes near it. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Reads a saved plan.
 * @throws UpgradeError (exit 2) when it is none, or a flag asks for another plan; (exit 3) when it was changed after it was written
 */
export async function loadPlan(file: string, args: LoadArguments, shell: Shell): Promise<SavedPlan> {
  refusePlanningFlags(file, args);
  const saved = readSavedPlan(await textOf(file), file);
  const { version, plan } = saved;
  if (args.istioNamespace !== DEFAULT_NAMESPACE && args.istioNamespace !== plan.istioNamespace)
    throw otherPlan(file, `-i ${args.istioNamespace}`);
  if (version !== VERSION)
    shell.err(`${file} was made by version ${escapeControls(version)} of this plugin; this is ${VERSION}\n`);
  return saved;
}

/**
 * The plan of a file, once it is sure that everything is as it was.
 * @throws UpgradeError, UpgradeErrors (exit 3) for another cluster, and for whatever moved; (exit 2) when its Secrets are missing
 */
export async function openPlan(saved: SavedPlan, args: LoadArguments, opened: Opened, shell: Shell): Promise<Plan> {
  const identity = await planIdentity(args, opened);
  if (identity !== saved.identity) throw otherCluster(saved, identity, opened);
  const moved = await movedSince(saved, opened.cluster);
  if (moved.length > 0) await refuseMoved(moved, args, shell);
  const plan = await completed(saved, args, opened, shell);
  const found = await foundBesides(opened, { istioNamespace: plan.istioNamespace, willWrite: true });
  return forWriting(plan, found, args.ignore ?? []);
}

/** Values of Secrets are not in the file: the same manifests give them again. */
async function completed(saved: SavedPlan, args: LoadArguments, { cluster }: Opened, shell: Shell): Promise<Plan> {
  const secrets = secretChanges(saved.plan);
  if (secrets.length === 0) return saved.plan;
  if (args.filename === undefined || args.filename.length === 0)
    throw new UpgradeError(
      `the saved plan does not hold the values of ${secrets.map(({ ref }) => refText(ref)).join(', ')}`,
      { exit: EXIT.usage, hint: 'name the manifests that it was made from with -f' },
    );
  const { phases, prune, removeAnnotations, take, forceConflicts, ignore } = saved.request;
  const { istioNamespace } = saved.plan;
  const phase = phases.filter((one) => one !== 'data-plane');
  const asked = { prune, removeAnnotations, take, forceConflicts, ignore, phase, istioNamespace };
  const again = { ...args, ...asked, namespace: undefined, allNamespaces: false, evict: false };
  return withSecrets(
    saved,
    await makePlan(await planRequest(again, shell, { willWrite: true, release: undefined }), cluster, HOPS),
  );
}

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size <= MOST_BYTES) return await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UpgradeError(`cannot read the saved plan ${file}: ${why}`, { exit: EXIT.usage, cause });
  }
  throw new UpgradeError(`${file} is no saved plan: it has more than ${MOST_BYTES} bytes`, { exit: EXIT.usage });
}

function refusePlanningFlags(file: string, args: LoadArguments): void {
  const [flag] = [
    ...(args.phase === undefined ? [] : ['--phase']),
    ...(args.prune ? ['--prune'] : []),
    ...(args.removeAnnotations ? ['--remove-annotations'] : []),
    ...(args.take === undefined ? [] : ['--take']),
    ...(args.forceConflicts ? ['--force-conflicts'] : []),
    ...(args.allNamespaces ? ['-A'] : []),
    ...(args.selector === undefined ? [] : ['-l']),
    ...(args.evict ? ['--evict'] : []),
    ...(args.release === undefined ? [] : ['--release']),
    ...reinjectionFlagsIn(args),
  ];
  if (flag !== undefined) throw otherPlan(file, flag);
}

function otherPlan(file: string, flag: string): UpgradeError {
  return new UpgradeError(`${flag} asks for another plan than ${file} holds`, {
    exit: EXIT.usage,
    hint: `leave ${flag} out, or make a new plan with it`,
  });
}

function otherCluster({ identity, plan }: SavedPlan, here: string, { cluster }: Opened): UpgradeError {
  return new UpgradeError(
    `nothing was written: the plan is for ${identity} (${plan.cluster.address}), and this is ${here} (${cluster.address})`,
    { exit: EXIT.blocked, hint: 'choose its cluster with --context, or plan for this one' },
  );
}

/** Every difference first, then every object by name. */
async function refuseMoved(moved: readonly MovedObject[], args: LoadArguments, shell: Shell): Promise<never> {
  const { diffText } = await import('../../src/render/diff-text.ts');
  const style = styleFor(args.color, shell.env, shell.isStderrTerminal);
  for (const { before, now } of moved) shell.err(diffText(before, now, style));
  throw new UpgradeErrors(
    moved.map(
      ({ ref, how }) =>
        new UpgradeError(`nothing was written: ${refText(ref)} ${how} since the plan was saved`, {
          exit: EXIT.blocked,
          hint: 'plan again: what was shown is not what is there',
        }),
    ),
  );
}
