import { type JsonObject, sameJson } from '../core/json.ts';
import { type K8sObject, type ObjectRef, parseApiVersion, refText } from '../core/object.ts';
import { PHASES, type Phase, STAGES, type Stage } from '../core/phase.ts';
import type { Problem } from '../core/problem.ts';
import type { Reason, Wish } from '../core/wish.ts';
import { EMPTY, union } from '../fields/field-set.ts';
import { mergeApplied } from '../fields/merge.ts';

/** All wishes for one object as one: how it should be, and every reason for it. */
export interface Desired {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly phase: Phase;
  readonly stage: Stage;
  readonly because: readonly Reason[];
  /** The whole object, from the release. */
  readonly installed?: K8sObject | undefined;
  /** Single fields of it, on top of what is there. */
  readonly set?: K8sObject | undefined;
  /** What they are first, where the way there has a station. */
  readonly via?: K8sObject | undefined;
  /** Fields to take out, in FieldsV1 notation. */
  readonly remove?: JsonObject | undefined;
  readonly isAbsent: boolean;
  /** All of `set` means something to this tool alone. */
  readonly isOurOwn?: boolean;
  readonly notes?: readonly string[];
  /** Groups of objects that are changed together or not at all. */
  readonly together?: readonly string[];
  /** What has to be in force before it is carried out. */
  readonly requires?: readonly K8sObject[];
}

export interface Folded {
  readonly desired: readonly Desired[];
  readonly problems: readonly Problem[];
}

/**
 * Folds all wishes for one object into one, so that it is read, shown and written once.
 * @param wishes in any order; their objects as the server will take them (version, namespace)
 * @returns one entry an object, in the order of first mention; a problem where two wishes cannot both hold
 */
export function foldWishes(wishes: readonly Wish[]): Folded {
  const groups = Map.groupBy(wishes, (wish) => refText(refOfWish(wish)));
  const folded = [...groups.values()].map(foldOne);
  return { desired: folded.map(({ desired }) => desired), problems: folded.flatMap(({ problems }) => problems) };
}

function foldOne(wishes: readonly Wish[]): { desired: Desired; problems: Problem[] } {
  const [first] = wishes;
  if (!first) throw new Error('a group of wishes is never empty');
  const ref = refOfWish(first);
  const installed = wishes.filter((wish) => wish.want === 'installed');
  const fields = wishes.filter((wish) => wish.want === 'fields');
  const isAbsent = wishes.some((wish) => wish.want === 'absent');
  const last = installed.at(-1);
  const desired: Desired = {
    ref,
    apiVersion: last?.object.apiVersion ?? apiVersionOfWish(first),
    phase: latest(
      PHASES,
      wishes.map(({ phase }) => phase),
    ),
    stage: latest(
      STAGES,
      wishes.map(({ stage }) => stage),
    ),
    because: uniqueReasons(wishes),
    installed: last?.object,
    set: overlaid(fields.map(({ object }) => object)),
    ...(fields.some(({ via }) => via !== undefined)
      ? { via: overlaid(fields.map(({ object, via }) => via ?? object)) }
      : {}),
    remove: fields.reduce<JsonObject | undefined>(
      (all, { remove }) => (remove ? union(all ?? EMPTY, remove) : all),
      undefined,
    ),
    isAbsent,
    ...(fields.length > 0 && fields.every(({ isOurOwn }) => isOurOwn) ? { isOurOwn: true } : {}),
    notes: [...new Set(wishes.flatMap(({ notes }) => notes ?? []))],
    together: [...new Set(wishes.flatMap(({ together }) => together ?? []))],
    requires: wishes.flatMap(({ requires }) => requires ?? []),
  };
  return { desired, problems: [...duplicates(ref, installed), ...contradictions(ref, isAbsent, wishes)] };
}

function overlaid([first, ...others]: readonly K8sObject[]): K8sObject | undefined {
  return first === undefined ? undefined : others.reduce(overlay, first);
}

function refOfWish(wish: Wish): ObjectRef {
  if (wish.want === 'absent') return wish.ref;
  const { kind, metadata, apiVersion } = wish.object;
  return { group: parseApiVersion(apiVersion).group, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function apiVersionOfWish(wish: Wish): string {
  return wish.want === 'absent' ? wish.apiVersion : wish.object.apiVersion;
}

function latest<T>(order: readonly T[], values: readonly T[]): T {
  const [first] = values;
  if (first === undefined) throw new Error('a group of wishes is never empty');
  return values.reduce((late, value) => (order.indexOf(value) > order.indexOf(late) ? value : late), first);
}

function uniqueReasons(wishes: readonly Wish[]): Reason[] {
  return [...new Map(wishes.map(({ because }) => [`${because.rule} ${because.why}`, because])).values()];
}

/** `kubectl apply -f` takes the later of two documents for one object; so do we, but not in silence when they differ. */
function duplicates(ref: ObjectRef, installed: readonly Extract<Wish, { want: 'installed' }>[]): Problem[] {
  const last = installed.at(-1);
  const different = installed.filter(({ object }) => !sameJson(object, last?.object));
  if (!last || different.length === 0) return [];
  const sources = different.map(({ source }) => source).join('; ');
  return [
    {
      id: 'duplicate-document',
      // Istio 1.2's own files define one of their CustomResourceDefinitions twice.
      severity: ref.kind === 'CustomResourceDefinition' ? 'note' : 'warning',
      ref,
      message: `the manifests define ${refText(ref)} more than once, differently: ${sources}`,
      hint: `the last one is used: ${last.source}`,
    },
  ];
}

function contradictions(ref: ObjectRef, isAbsent: boolean, wishes: readonly Wish[]): Problem[] {
  if (!isAbsent || wishes.every(({ want }) => want === 'absent')) return [];
  const rules = uniqueReasons(wishes)
    .map(({ rule }) => rule)
    .join(', ');
  return [
    {
      id: 'contradiction',
      severity: 'blocker',
      ref,
      message: `${refText(ref)} is both wanted and unwanted, by ${rules}`,
    },
  ];
}

/**
 * The second object's fields on top of the first's, merged as server-side apply merges them: maps and items of keyed lists by their keys,
 * everything else replaced. Which object it is says the first.
 */
export function overlay(below: K8sObject, above: K8sObject): K8sObject {
  const { apiVersion, kind, metadata } = below;
  return mergeApplied(below, { ...above, apiVersion, kind, metadata: { ...above.metadata, name: metadata.name } });
}
