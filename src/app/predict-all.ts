import { awaitedLater } from '../core/awaited-later.ts';
import { refOf, refText } from '../core/object.ts';
import type { ApiResources } from '../core/resources.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import { heldUp } from '../plan/all-or-none.ts';
import type { Desired } from '../plan/fold-wishes.ts';
import { type ProposeContext, propose } from '../plan/propose.ts';
import type { FindMissing } from './ask-rights.ts';
import type { Installing } from './installing.ts';
import type { PlanRequest } from './plan-request.ts';
import type { Cluster } from './ports.ts';
import { type PredictContext, type Predicted, predict } from './predict.ts';
import { predictHelm } from './predict-helm.ts';
import { proposeContext, resourceOf, whyNot } from './proposing.ts';

export interface PredictAll {
  readonly desired: readonly Desired[];
  readonly snapshot: Snapshot;
  readonly resources: ApiResources;
  /** What the server serves today, without what the plan's own CustomResourceDefinitions will add. */
  readonly served: ApiResources;
  readonly request: PlanRequest;
  readonly cluster: Cluster;
  /** The server's. */
  readonly version: string;
  readonly findMissing: FindMissing;
  readonly helm: Installing;
}

/**
 * What becomes of every object that is wanted in the phases of the request, the server asked about several at a time.
 * @returns in the order of `desired`; nothing where there is nothing to propose
 */
export async function predictAll({
  desired,
  snapshot,
  resources,
  served,
  request,
  cluster,
  version,
  findMissing,
  helm,
}: PredictAll): Promise<readonly Predicted[]> {
  const replicaSets = objectsOf(snapshot, { group: 'apps', kind: 'ReplicaSet' });
  const predictOne = async (one: Desired): Promise<readonly Grouped[]> => {
    const proposing = proposeContext(one, {
      snapshot,
      resources,
      replicaSets,
      isTaken: request.isTaken,
      lost: request.lost,
    });
    const whyNotOnServer = whyNot(proposing, { snapshot, served, version });
    const predicted = await predictBy(helm, one, {
      proposing,
      around: { cluster, whyNotOnServer, willWrite: request.willWrite, findMissing },
    });
    if (predicted === undefined) return [];
    return [{ ...withRequirements(predicted, one, resources), together: one.together ?? [] }];
  };
  const running: Promise<readonly Grouped[]>[] = [];
  for (const one of desired.filter(({ phase }) => request.phases.includes(phase))) {
    running.push(awaitedLater(predictOne(one)));
    // The server works on the first predictions while the next ones are computed.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return withoutHeldUp((await Promise.all(running)).flat());
}

interface PredictOne {
  readonly proposing: ProposeContext;
  readonly around: PredictContext;
}

/** undefined where there is nothing to propose. */
async function predictBy(
  { objects }: Installing,
  desired: Desired,
  { proposing, around }: PredictOne,
): Promise<Predicted | undefined> {
  const object = objects.get(refText(desired.ref));
  if (object !== undefined) return predictHelm({ ...around, desired, object, proposing });
  const proposal = propose(desired, proposing);
  return proposal && predict(proposal, around);
}

type Grouped = Predicted & { readonly together: readonly string[] };

/** What has to go together goes together: where one object cannot be changed, the others of its group stay, and are named. */
function withoutHeldUp(all: readonly Grouped[]): readonly Predicted[] {
  const outcomes = all.map((one) => ({
    one,
    ref: one.kind === 'change' ? one.change.ref : one.ref,
    conflicts: one.kind === 'change' ? one.change.conflicts : one.conflicts,
    together: one.together,
  }));
  const held = heldUp(outcomes);
  return outcomes.map((outcome) => {
    const problem = held.get(outcome);
    if (problem === undefined || outcome.one.kind !== 'change') return outcome.one;
    const { ref, conflicts, one } = outcome;
    return { kind: 'unchanged', ref, conflicts, problems: [...one.problems, problem] };
  });
}

function withRequirements(predicted: Predicted, { requires = [] }: Desired, resources: ApiResources): Predicted {
  if (predicted.kind === 'unchanged' || requires.length === 0) return predicted;
  const required = requires.map((object) => ({
    object,
    resource: resourceOf({ ref: refOf(object), apiVersion: object.apiVersion }, resources),
  }));
  return { ...predicted, change: { ...predicted.change, requires: required } };
}
