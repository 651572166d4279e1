import type { Change, Prediction, Step } from '../core/change.ts';
import { ApiError } from '../core/errors.ts';
import { FIELD_MANAGER } from '../core/field-manager.ts';
import { sameJson } from '../core/json.ts';
import { LAST_APPLIED } from '../core/last-applied.ts';
import { annotationsOf, type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import type { Right } from '../core/right.ts';
import { normalise } from '../diff/normalise.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import { withDefaults } from '../fields/defaults.ts';
import { type FieldSet, isEmpty } from '../fields/field-set.ts';
import { ownedBy } from '../fields/managed-fields.ts';
import { mergeApplied } from '../fields/merge.ts';
import { withoutFields } from '../fields/prune.ts';
import { withoutKept } from '../plan/kept-fields.ts';
import { installedPart, withoutScale } from '../plan/ownership.ts';
import type { Proposal } from '../plan/propose.ts';
import { removals } from '../plan/removals.ts';
import { escalationFor, resourceText, rightsFor } from '../plan/rights.ts';
import type { FindMissing } from './ask-rights.ts';
import type { Cluster } from './ports.ts';
import { NO_SERVER_SIDE_APPLY, noServerSideApply } from './server-side-apply.ts';
import { WEBHOOK_FAILED, webhookFailure } from './webhook-failure.ts';

export interface PredictContext {
  readonly cluster: Cluster;
  /** Why this object cannot be tried on the server, if so. */
  readonly whyNotOnServer: string | undefined;
  /** The plan is made to be carried out: what may not be written blocks it. */
  readonly willWrite: boolean;
  readonly findMissing: FindMissing;
}

export type Predicted =
  | {
      readonly kind: 'change';
      readonly change: Change;
      readonly problems: readonly Problem[];
      /** What the user would have to be allowed for it, and is not. */
      readonly missing: readonly Right[];
    }
  | {
      readonly kind: 'unchanged';
      readonly ref: ObjectRef;
      readonly problems: readonly Problem[];
      readonly conflicts: Change['conflicts'];
    };

interface Outcome {
  readonly after: K8sObject;
  readonly prediction: Prediction;
  readonly handOver: FieldSet;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
  readonly missing: readonly Right[];
}

/**
 * What an object will be once a proposal is applied: by the API server's dry-run, or by our own merge where the server cannot say
 * (the change is marked so). A refusal becomes a blocker; every object is predicted whatever became of the others.
 * @throws UpgradeError when the server cannot be reached
 */
export async function predict(proposal: Proposal, context: PredictContext): Promise<Predicted> {
  const { desired, live, op } = proposal;
  if (op === 'delete') {
    const missing = await context.findMissing(rightsFor(proposal));
    return { kind: 'change', change: deletion(proposal), problems: proposal.problems, missing };
  }
  const outcome = await outcomeOf(proposal, context);
  const problems = [...proposal.problems, ...outcome.problems];
  if (op === 'update' && live && isSame(live, outcome.after)) {
    return { kind: 'unchanged', ref: desired.ref, problems, conflicts: proposal.conflicts };
  }
  return { kind: 'change', change: changeOf(proposal, outcome), problems, missing: outcome.missing };
}

/**
 * What our own merge leaves as it is, the server would too, and need not be asked: the merge is held against the server's by tests, and
 * where it knows less (a default), it errs towards a difference.
 */
async function outcomeOf(proposal: Proposal, context: PredictContext): Promise<Outcome> {
  const { whyNotOnServer, findMissing } = context;
  const offline = inMemory(proposal, whyNotOnServer ?? '');
  const isSettled = proposal.op === 'update' && proposal.live !== undefined && isSame(proposal.live, offline.after);
  if (isSettled) return offline;
  const missing = await findMissing(rightsFor(proposal));
  if (missing.length > 0) return { ...inMemory(proposal, whyNotOnServer ?? NOT_ALLOWED), missing };
  return whyNotOnServer === undefined ? tryOnServer(proposal, context) : offline;
}

const NOT_ALLOWED = 'you may not try it on the server';

/** Whether nothing that anybody asks for would change, kubectl's record of it included. */
export function isSame(live: K8sObject, after: K8sObject): boolean {
  const record = (object: K8sObject) => annotationsOf(object)[LAST_APPLIED];
  return sameJson(normalise(live), normalise(after)) && (record(live) === undefined || record(live) === record(after));
}

async function tryOnServer(proposal: Proposal, context: PredictContext): Promise<Outcome> {
  const { cluster } = context;
  try {
    return proposal.op === 'update' ? await dryRunUpdate(proposal, cluster) : await dryRunCreate(proposal, cluster);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 403
      ? afterForbidden(proposal, error, context)
      : afterRefusal(proposal, error, context.willWrite);
  }
}

function afterRefusal(proposal: Proposal, error: ApiError, willWrite: boolean): Outcome {
  const { why, problems } = refusalOf(proposal.desired.ref, error, willWrite);
  return { ...inMemory(proposal, why), problems };
}

export interface Refusal {
  /** Why our own prediction stands in. */
  readonly why: string;
  readonly problems: readonly Problem[];
}

/** A refusal that says nothing about the object itself leaves our own prediction; any other one blocks. */
export function refusalOf(ref: ObjectRef, error: ApiError, willWrite: boolean): Refusal {
  const { status, message } = error;
  if (status === 403) return { why: NOT_ALLOWED, problems: [mayNotWrite(ref, error, willWrite)] };
  if (status === 415) return { why: NO_SERVER_SIDE_APPLY, problems: [noServerSideApply(willWrite)] };
  if (status === 404) return { why: 'the server does not know it yet', problems: [] };
  if (status === 400 && message.includes('does not support dry run'))
    return { why: 'an admission webhook refuses dry-runs', problems: [] };
  const failure = webhookFailure(error);
  if (failure !== undefined) return { why: WEBHOOK_FAILED, problems: [failure] };
  const problem: Problem = {
    id: 'refused-by-server',
    severity: 'blocker',
    ref,
    message: `${refText(ref)}: the server would refuse it: ${refusalText(ref, error)}`,
  };
  return { why: 'the server refused it', problems: [problem] };
}

/** The server quotes what it refuses; a Secret's values are not repeated. */
function refusalText(ref: ObjectRef, { message, reason, causes }: ApiError): string {
  if (ref.kind !== 'Secret') return message;
  const fields = causes.map(({ field }) => field).filter((field) => field !== '');
  return [reason, ...fields].join(' ');
}

/** What reviews of rights cannot tell: roles that grant more than the user holds, admission that refuses. */
async function afterForbidden(proposal: Proposal, error: ApiError, context: PredictContext): Promise<Outcome> {
  const problem = mayNotWrite(proposal.desired.ref, error, context.willWrite);
  const hint = error.hint ?? (await escalationHint(proposal, context));
  return { ...inMemory(proposal, NOT_ALLOWED), problems: [{ ...problem, hint }] };
}

function mayNotWrite(ref: ObjectRef, { message, hint }: ApiError, willWrite: boolean): Problem {
  return { id: 'may-not-write', severity: willWrite ? 'blocker' : 'warning', ref, message, hint };
}

async function escalationHint(proposal: Proposal, { findMissing }: PredictContext): Promise<string | undefined> {
  const needed = escalationFor(proposal);
  if (needed === undefined || (await findMissing([needed])).length === 0) return undefined;
  const what = `${resourceText(needed)} ${needed.name ?? ''}`;
  return `hold what it grants yourself, or get the right to ${needed.verb} ${what}`;
}

// A name that nothing has: the server fills in its defaults without minding that an object of the real name is there.
const TRIAL_SUFFIX = '-istio-upgrade-trial';

async function dryRunCreate(proposal: Proposal, cluster: Cluster): Promise<Outcome> {
  const { body, resource, op } = proposal;
  const { name } = body.metadata;
  const trial = op === 'replace' ? { ...body, metadata: { ...body.metadata, name: name + TRIAL_SUFFIX } } : body;
  const answer = await cluster.apply(resource, trial, { dryRun: true });
  const after = op === 'replace' ? { ...answer, metadata: { ...answer.metadata, name } } : answer;
  return { after, prediction: 'server', handOver: proposal.handOver, notes: [], problems: [], missing: [] };
}

/**
 * The dry-run shows the body merged over the live object; what the hand-over will have removed is taken out of the answer, and a
 * second dry-run, of an update, lets the server fill in its defaults again.
 */
async function dryRunUpdate(proposal: Proposal, cluster: Cluster): Promise<Outcome> {
  const { resource, body, live } = proposal;
  const answer = await cluster.apply(resource, body, { dryRun: true, force: true });
  const handOver = proposal.isUnrecorded ? recordedNow(proposal, answer) : proposal.handOver;
  const gone = removals({ ...proposal, handOver }, ownedBy(answer, FIELD_MANAGER, 'Apply'));
  const pruned = withoutFields(answer, gone);
  const isPruned = !isEmpty(gone) && live !== undefined && !sameJson(normalise(pruned), normalise(answer));
  const after = isPruned ? await cluster.update(resource, withoutRecord(pruned, live), { dryRun: true }) : answer;
  return { after, prediction: 'server', handOver, notes: [], problems: [], missing: [] };
}

/** On the first apply the server lists all fields of an object that it had no record of, under a name of its own. */
function recordedNow({ handOver, keepsScale, live }: Proposal, answer: K8sObject): FieldSet {
  const listed = ownedBy(answer, 'before-first-apply', 'Update');
  return isEmpty(listed)
    ? handOver
    : withoutScale(withoutKept(answer.kind, live === undefined ? listed : installedPart(listed, live)), keepsScale);
}

function withoutRecord(object: K8sObject, live: K8sObject): K8sObject {
  const { managedFields: _record, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, name: object.metadata.name, resourceVersion: live.metadata.resourceVersion },
  };
}

function inMemory(proposal: Proposal, why: string): Outcome {
  const { live, body, op } = proposal;
  const merged = live === undefined || op === 'replace' ? body : mergeApplied(live, body);
  const after =
    live === undefined || op === 'replace' ? merged : withoutFields(merged, removals(proposal, fieldsOf(body)));
  return {
    after: withDefaults(after),
    prediction: 'memory',
    handOver: proposal.handOver,
    notes: [`predicted without the server: ${why}`],
    problems: [],
    missing: [],
  };
}

function changeOf(proposal: Proposal, { after, prediction, handOver, notes }: Outcome): Change {
  const { desired, resource, live, op, body } = proposal;
  const shared = {
    ref: desired.ref,
    resource,
    phase: desired.phase,
    stage: desired.stage,
    because: desired.because,
    prediction,
    conflicts: proposal.conflicts,
    notes: [...proposal.notes, ...notes],
  };
  const prepare = preparing(proposal);
  if (live === undefined) {
    const last: Step = { do: prepare.length === 0 ? 'create' : 'apply', body };
    return { ...shared, op: 'create', after, steps: [...prepare, last] };
  }
  if (op === 'replace') {
    return {
      ...shared,
      op,
      before: live,
      after,
      immutable: proposal.immutable,
      steps: [{ do: 'orphan' }, { do: 'create', body }],
    };
  }
  return { ...shared, op: 'update', before: live, after, steps: updateSteps(proposal, handOver) };
}

/** The station on the way, by our own merge: it is held for as long as the run needs it, and no server is asked about it. */
function preparing({ live, via }: Proposal): readonly Step[] {
  if (via === undefined) return [];
  return [{ do: 'prepare', body: via, after: withDefaults(live === undefined ? via : mergeApplied(live, via)) }];
}

function updateSteps(proposal: Proposal, handOver: FieldSet): readonly Step[] {
  const { body, from, taken, takenFrom } = proposal;
  const handOvers: readonly Extract<Step, { do: 'hand-over' }>[] = [
    { do: 'hand-over', from, fields: handOver },
    { do: 'hand-over', from: takenFrom, fields: taken },
  ];
  return [...handOvers.filter(({ fields }) => !isEmpty(fields)), ...preparing(proposal), { do: 'apply', body }];
}

function deletion({ desired, resource, body, conflicts, notes }: Proposal): Change {
  const { ref, phase, stage, because } = desired;
  return {
    ref,
    resource,
    phase,
    stage,
    because,
    prediction: 'server',
    conflicts,
    notes,
    op: 'delete',
    before: body,
    steps: [{ do: 'delete' }],
  };
}
