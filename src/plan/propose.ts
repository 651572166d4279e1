import type { FieldConflict, Op } from '../core/change.ts';
import { type JsonObject, listAt, objectAt, sameJson, stringAt, valueAt, withValue } from '../core/json.ts';
import { LAST_APPLIED, lastAppliedOf } from '../core/last-applied.ts';
import { type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResource } from '../core/resources.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import {
  covers,
  difference,
  EMPTY,
  type FieldPath,
  type FieldSet,
  isEmpty,
  leavesOf,
  union,
} from '../fields/field-set.ts';
import { withListKeyDefaults } from '../fields/list-types.ts';
import { withoutEmptyNulls } from '../fields/merge.ts';
import { onlyFields, withoutFields } from '../fields/prune.ts';
import { settleConflicts } from './conflicts.ts';
import { type Desired, overlay } from './fold-wishes.ts';
import { decideImmutable } from './immutable-fields.ts';
import { withoutKept } from './kept-fields.ts';
import { withLastApplied } from './last-applied.ts';
import { installedPart, type Ownership, ownershipOf, withoutScale } from './ownership.ts';
import { adoptReplicas, keepReplicas, withReplicas } from './replicas.ts';
import { decideSelector } from './selector-rule.ts';

/** What we would send for one object, before it is known what the server makes of it. */
export interface Proposal {
  readonly desired: Desired;
  readonly resource: ApiResource;
  readonly live: K8sObject | undefined;
  readonly op: Op;
  /** The applied configuration; for a deletion, the live object. */
  readonly body: K8sObject;
  /** What is applied first, in stage `prepare`. */
  readonly via?: K8sObject | undefined;
  /** Installers' fields that become ours first. */
  readonly handOver: FieldSet;
  readonly from: readonly string[];
  /** Fields that become ours although somebody who lives on owns them, and who loses these and no others. */
  readonly taken: FieldSet;
  readonly takenFrom: readonly string[];
  /** Fields that go, unless the body or somebody else holds them: ours from earlier manifests, and what is handed over. */
  readonly drop: FieldSet;
  readonly others: FieldSet;
  /** The object has no record of owners: the hand-over is what the server lists on the first dry-run. */
  readonly isUnrecorded: boolean;
  readonly keepsScale: boolean;
  readonly immutable: readonly string[];
  readonly conflicts: readonly FieldConflict[];
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ProposeContext {
  readonly resource: ApiResource;
  readonly live: K8sObject | undefined;
  /** ReplicaSets of the same namespace that the live workload controls, or that nobody controls. */
  readonly replicaSets: { readonly controlled: readonly K8sObject[]; readonly orphaned: readonly K8sObject[] };
  readonly isTaken: (ref: ObjectRef, path: string) => boolean;
  /** What the object was when a run deleted it to create it again and was cut off. */
  readonly lost?: K8sObject | undefined;
}

/**
 * What to send so that an object becomes as desired, without taking back anything that an earlier run did and without touching what is
 * somebody else's. Pure.
 */
export function propose(desired: Desired, context: ProposeContext): Proposal | undefined {
  const proposal = proposalFor(desired, context);
  return proposal && { ...proposal, notes: [...(desired.notes ?? []), ...proposal.notes] };
}

function proposalFor(desired: Desired, context: ProposeContext): Proposal | undefined {
  const { live } = context;
  if (live?.metadata.deletionTimestamp !== undefined && !desired.isAbsent) return terminating(desired, live, context);
  if (desired.isAbsent) return live === undefined ? undefined : deletion(desired, live, context);
  const manifest = desired.installed === undefined ? undefined : cleaned(desired.installed);
  const wish: Desired = {
    ...desired,
    ...(desired.set && { set: withListKeyDefaults(desired.set) }),
    ...(desired.via && { via: withListKeyDefaults(desired.via) }),
  };
  if (live === undefined) return recreation(wish, manifest, context) ?? creation(wish, manifest, context);
  return manifest === undefined ? edit(wish, live, context) : installation(wish, manifest, live, context);
}

const NOTHING = {
  handOver: EMPTY,
  from: [],
  taken: EMPTY,
  takenFrom: [],
  drop: EMPTY,
  others: EMPTY,
  isUnrecorded: false,
  keepsScale: false,
  immutable: [],
  conflicts: [],
  notes: [],
  problems: [],
} as const;

/** What is on its way out is not written to: the write would go with it. */
function terminating(desired: Desired, live: K8sObject, { resource }: ProposeContext): Proposal {
  const problem: Problem = {
    id: 'being-deleted',
    severity: 'blocker',
    ref: desired.ref,
    message: `${refText(desired.ref)} is being deleted, since ${stringAt(live.metadata.deletionTimestamp) ?? ''}`,
    hint: 'wait until it is gone, or remove the finalizers that hold it, and plan again',
  };
  const { apiVersion, kind } = live;
  const { name, namespace } = live.metadata;
  const body = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  return { ...NOTHING, desired, resource, live, op: 'update', body, problems: [problem] };
}

function deletion(desired: Desired, live: K8sObject, { resource }: ProposeContext): Proposal {
  return { ...NOTHING, desired, resource, live, op: 'delete', body: live };
}

/** The second half of a replacement, as it would have been. */
function recreation(desired: Desired, manifest: K8sObject | undefined, context: ProposeContext): Proposal | undefined {
  const { lost, replicaSets, resource } = context;
  if (lost === undefined || manifest === undefined) return undefined;
  const sets = { controlled: replicaSets.orphaned, orphaned: [] };
  const { op, body, notes, conflicts } = installation(desired, manifest, lost, { ...context, replicaSets: sets });
  if (op !== 'replace') return undefined;
  const adopted = adoptReplicas(body, replicaSets.orphaned).body;
  return {
    ...NOTHING,
    desired,
    resource,
    live: undefined,
    op: 'create',
    body: adopted,
    conflicts,
    notes: notes.slice(1),
  };
}

function creation(
  desired: Desired,
  manifest: K8sObject | undefined,
  { resource, replicaSets }: ProposeContext,
): Proposal | undefined {
  const whole = manifest ?? desired.set;
  if (whole === undefined) return undefined;
  const wished = desired.set && manifest ? overlay(manifest, desired.set) : whole;
  const { body, note } = adoptReplicas(wished, wished.kind === 'Deployment' ? replicaSets.orphaned : []);
  return {
    ...NOTHING,
    desired,
    resource,
    live: undefined,
    op: 'create',
    body: recorded(body, desired),
    via: manifest === undefined ? desired.via : undefined,
    notes: note === undefined ? [] : [note],
  };
}

function installation(desired: Desired, manifest: K8sObject, live: K8sObject, context: ProposeContext): Proposal {
  const { resource, replicaSets, isTaken } = context;
  const owners = ownershipOf(live);
  const wished = desired.set ? overlay(manifest, desired.set) : manifest;
  const scaled = scaleOf(wished, live, owners);
  const keepsScale = scaled.kept !== undefined;
  const { body: fitting, op, immutable, notes, problems } = fitSelector(scaled.body, live, replicaSets.controlled);
  const { body: mutable, problems: refused } = decideImmutable(fitting, live);
  const { body, conflicts, taken } = settleConflicts(recorded(mutable, desired), live, {
    others: owners.others,
    isTaken: (path) => isTaken(desired.ref, path),
  });
  const handOver = withoutScale(owners.isUnrecorded ? unrecorded(live) : owners.installed, keepsScale);
  const kept = scaled.kept !== undefined && scaled.isOurs ? withReplicas(body, scaled.kept) : body;
  return {
    desired,
    resource,
    live,
    op,
    body: op === 'replace' ? replacement(body, live, { owners, replicas: scaled.kept }) : keepOurs(kept, live, owners),
    handOver,
    from: owners.installers,
    taken,
    takenFrom: losers(conflicts),
    drop: union(withoutScale(owners.oursInstalled, keepsScale), handOver),
    others: everybodys(owners),
    isUnrecorded: owners.isUnrecorded,
    keepsScale,
    immutable,
    conflicts,
    notes: [
      ...notes,
      ...(op === 'replace' ? carriedOver(live, owners) : []),
      ...(scaled.note === undefined ? [] : [scaled.note]),
    ],
    problems: [...problems, ...refused],
  };
}

/** Single fields of somebody's object: only these are handed over, and what we own already is sent again so that it stays. */
function edit(desired: Desired, live: K8sObject, { resource, isTaken }: ProposeContext): Proposal {
  const owners = ownershipOf(live);
  const { apiVersion, kind, metadata } = live;
  const removed = desired.remove ?? EMPTY;
  const settled = (wished: K8sObject) =>
    settleConflicts(wished, live, { others: owners.others, isTaken: (path) => isTaken(desired.ref, path) });
  const wished = desired.set ?? { apiVersion, kind, metadata: { name: metadata.name } };
  const { body: left, conflicts, taken } = settled(wished);
  const body = desired.isOurOwn ? left : inStep(left, removed, live, owners);
  const touched = union(fieldsOf(body), removed);
  const kept = identity(live, onlyFields(live, difference(owners.ours, touched)));
  return {
    ...NOTHING,
    desired,
    resource,
    live,
    op: 'update',
    body: overlay(kept, body),
    via: desired.via && overlay(kept, inStep(settled(desired.via).body, EMPTY, live, owners)),
    // A container that others have something else in is theirs as well.
    handOver: leavesOf(touched),
    from: owners.installers,
    taken,
    takenFrom: losers(conflicts),
    drop: removed,
    others: everybodys(owners),
    conflicts,
  };
}

/**
 * With the object's record of what was applied last in step, where it has one that is its owner's and not of a manifest that we
 * installed: left stale, their next `kubectl apply` would compute a wrong three-way merge.
 */
function inStep(body: K8sObject, removed: FieldSet, live: K8sObject, owners: Ownership): K8sObject {
  const record = lastAppliedOf(live);
  const isOurManifest = !owners.isUnrecorded && isEmpty(withoutScale(owners.installed, true));
  const isKeptByOthers = [...owners.others.values()].some((set) => covers(set, RECORD));
  if (record === undefined || isOurManifest || isKeptByOthers) return body;
  const { apiVersion, kind } = live;
  const known = { ...record, apiVersion, kind, metadata: { ...objectAt(record.metadata), name: live.metadata.name } };
  const applied = withoutFields(overlay(known, body), removed);
  return sameJson(known, applied) ? body : withLastApplied(body, applied);
}

const RECORD: FieldPath = ['f:metadata', 'f:annotations', `f:${LAST_APPLIED}`];

/** What comes from a manifest carries kubectl's record of it. */
function recorded(body: K8sObject, { installed }: Desired): K8sObject {
  return installed === undefined ? body : withLastApplied(body, withoutCaBundles(installed));
}

function everybodys({ others }: Ownership): FieldSet {
  return [...others.values()].reduce((all, set) => union(all, set), EMPTY);
}

function losers(conflicts: readonly FieldConflict[]): readonly string[] {
  return [...new Set(conflicts.flatMap(({ owner, taken }) => (taken ? [owner] : [])))];
}

// What we own and no manifest brought came from single wishes of an earlier run; a body without it would take it back.
function keepOurs(body: K8sObject, live: K8sObject, owners: Ownership): K8sObject {
  const kept = difference(owners.ours, union(owners.oursInstalled, fieldsOf(body)));
  return overlay(identity(live, onlyFields(live, kept)), body);
}

/** A new object has no owners yet: what others set on the old one, and what an earlier run wished, goes along. */
function replacement(
  body: K8sObject,
  live: K8sObject,
  { owners, replicas }: { owners: Ownership; replicas: number | undefined },
): K8sObject {
  const theirs = withoutKept(live.kind, everybodys(owners));
  const carried = overlay(identity(live, onlyFields(live, theirs)), body);
  return whole(keepOurs(carried, live, owners), replicas);
}

function carriedOver(live: K8sObject, { others }: Ownership): readonly string[] {
  const owners = [...others].filter(([, set]) => !isEmpty(withoutKept(live.kind, set))).map(([owner]) => `"${owner}"`);
  return owners.length === 0 ? [] : [`carries over what ${owners.join(', ')} set; the new object records it as ours`];
}

function identity(live: K8sObject, fields: K8sObject): K8sObject {
  const { name, namespace } = live.metadata;
  const { labels, annotations, finalizers } = fields.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...defined({ labels, annotations, finalizers }),
  };
  return { ...fields, apiVersion: live.apiVersion, kind: live.kind, metadata };
}

function defined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function scaleOf(wished: K8sObject, live: K8sObject, { ours }: Ownership) {
  const hasScale = ['Deployment', 'StatefulSet', 'ReplicaSet'].includes(live.kind);
  const decision = hasScale ? keepReplicas(wished, live) : { body: wished, kept: undefined, note: undefined };
  return { ...decision, isOurs: valueAt(ours, 'f:spec', 'f:replicas') !== undefined };
}

function whole(body: K8sObject, replicas: number | undefined): K8sObject {
  return replicas === undefined ? body : withReplicas(body, replicas);
}

/** An object that no server kept records of is its installer's, as far as kubectl's record does not say otherwise. */
function unrecorded(live: K8sObject): FieldSet {
  return withoutKept(live.kind, installedPart(fieldsOf(live), live));
}

function fitSelector(body: K8sObject, live: K8sObject, controlled: readonly K8sObject[]) {
  const none = {
    body,
    op: 'update' as Op,
    immutable: [] as readonly string[],
    notes: [] as readonly string[],
    problems: [] as readonly Problem[],
  };
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(live.kind)) return none;
  const decision = decideSelector(live, body, controlled);
  switch (decision.keep) {
    case 'same':
      return none;
    case 'live':
      return {
        ...none,
        body: { ...body, spec: withValue(objectAt(body.spec), ['selector'], decision.selector) },
        notes: ['keeps its live selector: it cannot be changed, and the new pods match it'],
      };
    case 'none':
      return {
        ...none,
        op: 'replace' as const,
        immutable: ['spec.selector'],
        notes: [
          'is replaced without downtime: deleted with its ReplicaSets left running, created again at once, and adopts them',
        ],
      };
    case 'impossible': {
      const problem: Problem = {
        id: 'immutable-selector',
        severity: 'blocker',
        ref: refOfLive(live),
        message: `${refText(refOfLive(live))}: ${decision.why}`,
      };
      return { ...none, problems: [problem] };
    }
  }
}

function refOfLive(live: K8sObject): ObjectRef {
  return { group: 'apps', kind: live.kind, namespace: live.metadata.namespace ?? '', name: live.metadata.name };
}

/** A manifest as it is sent: without empty nulls, with the list keys that old servers do not default, without empty certificate bundles. */
function cleaned(manifest: K8sObject): K8sObject {
  const { [LAST_APPLIED]: _record, ...annotations } = objectAt(manifest.metadata.annotations);
  const { status: _status, ...rest } = manifest;
  const { apiVersion, kind, metadata } = manifest;
  const unrecorded = metadata.annotations === undefined ? metadata : { ...metadata, annotations };
  return withListKeyDefaults(withoutCaBundles(withoutEmptyNulls({ ...rest, apiVersion, kind, metadata: unrecorded })));
}

/** A webhook configuration without empty certificate bundles, which are no wish: who serves the webhook fills them in. */
export function withoutCaBundles(manifest: K8sObject): K8sObject {
  if (!manifest.kind.endsWith('WebhookConfiguration')) return manifest;
  const webhooks = listAt(manifest.webhooks).map((webhook) => {
    const clientConfig = objectAt(valueAt(webhook, 'clientConfig'));
    if (!sameJson(clientConfig.caBundle, '')) return webhook;
    const { caBundle: _empty, ...rest } = clientConfig;
    return { ...objectAt(webhook), clientConfig: rest };
  });
  return { ...manifest, webhooks };
}
