import type { Change, Prediction } from '../core/change.ts';
import { ApiError } from '../core/errors.ts';
import { isObject, listAt, objectAt, valueAt, withoutKey } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { withDefaults } from '../fields/defaults.ts';
import { withListKeyDefaults } from '../fields/list-types.ts';
import { mergedByHelm } from '../fields/three-way-merge.ts';
import type { Desired } from '../plan/fold-wishes.ts';
import { scaleNote } from '../plan/helm-objects.ts';
import { helmObstacles } from '../plan/helm-obstacles.ts';
import { type Proposal, type ProposeContext, propose, withoutCaBundles } from '../plan/propose.ts';
import { withReplicas } from '../plan/replicas.ts';
import type { HelmObject } from './helm-reading.ts';
import { isSame, type PredictContext, type Predicted, predict, refusalOf } from './predict.ts';

export interface HelmPredictContext extends PredictContext {
  readonly desired: Desired;
  readonly object: HelmObject;
  readonly proposing: ProposeContext;
}

/**
 * What Helm will make of an object: its merge of two manifests and the live object, tried on the server where that is possible. A workload
 * whose selector Helm would have to change is replaced before Helm runs, as it is kubectl's way.
 * @throws UpgradeError when the server cannot be reached
 */
export async function predictHelm(context: HelmPredictContext): Promise<Predicted> {
  const { desired, object, proposing } = context;
  const { live } = proposing;
  if (object.modified === undefined) return live === undefined ? untouched(desired, []) : deletion(live, context);
  const problems = helmObstacles(desired, object.original === undefined ? live : undefined, object.reading.operation);
  const proposal = propose({ ...desired, set: undefined, remove: undefined }, proposing);
  if (proposal !== undefined && mustBeFirst(proposal))
    return replaced(proposal, object.modified, { context, problems });
  const outcome = await outcomeOf(object.modified, context);
  if (outcome === undefined) return untouched(desired, problems);
  // Helm asks for its rights itself, with the user's credentials.
  return {
    kind: 'change',
    change: changeOf(outcome, context),
    problems: [...problems, ...outcome.problems],
    missing: [],
  };
}

function untouched({ ref }: Desired, problems: readonly Problem[]): Predicted {
  return { kind: 'unchanged', ref, problems, conflicts: [] };
}

/** What is being deleted, or has a selector that the pods of the new manifest do not fit. */
function mustBeFirst({ op, problems }: Proposal): boolean {
  return op === 'replace' || problems.some(({ id }) => id === 'being-deleted' || id === 'immutable-selector');
}

interface Replacing {
  readonly context: HelmPredictContext;
  readonly problems: readonly Problem[];
}

/** At the scale that the manifest says: Helm would set that right afterwards. */
async function replaced(proposal: Proposal, modified: K8sObject, { context, problems }: Replacing): Promise<Predicted> {
  const replicas = valueAt(modified, 'spec', 'replicas');
  const body = typeof replicas === 'number' ? withReplicas(proposal.body, replicas) : proposal.body;
  const predicted = await predict({ ...proposal, body }, context);
  return { ...predicted, problems: [...problems, ...predicted.problems] };
}

interface Outcome {
  readonly after: K8sObject;
  readonly prediction: Prediction;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** undefined where Helm's patch would change nothing. */
async function outcomeOf(modified: K8sObject, context: HelmPredictContext): Promise<Outcome | undefined> {
  const { live, resource } = context.proposing;
  if (live === undefined) {
    const body = withListKeyDefaults(modified);
    const outcome = await tried(withDefaults(body), context, () =>
      context.cluster.apply(resource, body, { dryRun: true }),
    );
    // Each time the server makes another selector for a Job.
    return body.kind === 'Job' ? { ...outcome, after: withDefaults(body) } : outcome;
  }
  const original = withoutCaBundles(context.object.original ?? modified);
  const merged = mergedByHelm({ original, modified: withoutCaBundles(modified), live });
  const offline = withDefaults(merged);
  if (isSame(live, offline)) return undefined;
  const outcome = await tried(offline, context, () =>
    context.cluster.update(resource, unowned(merged), { dryRun: true }),
  );
  if (isSame(live, outcome.after)) return undefined;
  return withEmptiedBundles(outcome, modified);
}

/** The server works out itself who owns what. */
function unowned(object: K8sObject): K8sObject {
  const { managedFields: _record, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, name: object.metadata.name } };
}

async function tried(
  offline: K8sObject,
  { desired, whyNotOnServer, willWrite }: HelmPredictContext,
  ask: () => Promise<K8sObject>,
): Promise<Outcome> {
  const inMemory = (why: string, problems: readonly Problem[]): Outcome => {
    return { after: offline, prediction: 'memory', notes: [`predicted without the server: ${why}`], problems };
  };
  if (whyNotOnServer !== undefined) return inMemory(whyNotOnServer, []);
  try {
    return { after: await ask(), prediction: 'server', notes: [], problems: [] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { why, problems } = refusalOf(desired.ref, error, willWrite);
    return inMemory(why, problems);
  }
}

/** To Helm an empty certificate bundle is a value. */
function withEmptiedBundles(outcome: Outcome, modified: K8sObject): Outcome {
  const emptied = listAt(modified.webhooks).flatMap((webhook) =>
    valueAt(webhook, 'clientConfig', 'caBundle') === '' ? [valueAt(webhook, 'name')] : [],
  );
  if (emptied.length === 0) return outcome;
  const webhooks = listAt(outcome.after.webhooks).map((webhook) => {
    if (!isObject(webhook) || !emptied.includes(webhook.name)) return webhook;
    return { ...webhook, clientConfig: withoutKey(objectAt(webhook.clientConfig), 'caBundle') };
  });
  const note = 'Helm empties its caBundle, as the chart says; who serves the webhook fills it in again';
  return { ...outcome, after: { ...outcome.after, webhooks }, notes: [...outcome.notes, note] };
}

function sharedOf({ desired, object, proposing }: HelmPredictContext) {
  const { ref, phase, stage, because, notes = [] } = desired;
  const steps: Change['steps'] = [{ do: 'helm', release: object.reading.operation.release }];
  return { ref, resource: proposing.resource, phase, stage, because, notes, conflicts: [], steps };
}

function changeOf({ after, prediction, notes }: Outcome, context: HelmPredictContext): Change {
  const { live } = context.proposing;
  const shared = sharedOf(context);
  const all = [...shared.notes, ...scaleNote(live, after), ...notes];
  if (live === undefined) return { ...shared, prediction, notes: all, op: 'create', after };
  return { ...shared, prediction, notes: all, op: 'update', before: live, after };
}

function deletion(live: K8sObject, context: HelmPredictContext): Predicted {
  const change: Change = { ...sharedOf(context), prediction: 'server', op: 'delete', before: live };
  return { kind: 'change', change, problems: [], missing: [] };
}
