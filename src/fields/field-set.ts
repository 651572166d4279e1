import { isObject, type Json, type JsonObject } from '../core/json.ts';

/**
 * A set of fields in FieldsV1 notation, as `metadata.managedFields[].fieldsV1` holds it: nested objects whose keys are path elements.
 * A node with nothing inside is a member of the set; one with children is a member only if it also holds `.`.
 * https://github.com/kubernetes-sigs/structured-merge-diff, fieldpath.Set
 */
export type FieldSet = JsonObject;

/**
 * Path elements from the root of an object, each in FieldsV1 notation: `f:<name>`, `k:<keys of a list item as JSON>`,
 * `v:<value of a set's item as JSON>`, `i:<position>`.
 */
export type FieldPath = readonly string[];

export const EMPTY: FieldSet = {};

const SELF = '.';

export function isEmpty(set: FieldSet): boolean {
  return Object.values(set).every((value) => value === undefined);
}

/** Members of either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, ({ inA, inB }) => inA || inB);
}

/** Members of `a` that are not members of `b`; a parent does not stand for its children, nor the other way round. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, ({ inA, inB }) => inA && !inB);
}

/** Members of both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, ({ inA, inB }) => inA && inB);
}

/** What can go when `held` has to stay: members of `set` that `held` neither has nor has anything inside of. */
export function remainder(set: FieldSet, held: FieldSet): FieldSet {
  return combine(set, held, ({ inA, b }) => inA && b === undefined);
}

/** Members with no other member inside of them. */
export function leavesOf(set: FieldSet): FieldSet {
  return nodeOf(false, leafChildren(set)) ?? EMPTY;
}

function leafChildren(node: FieldSet): readonly (readonly [string, FieldSet])[] {
  return childrenOf(node).flatMap(([element, child]) => {
    const inside = leafChildren(child);
    const leaf = nodeOf(inside.length === 0 && isMember(child), inside);
    return leaf === undefined ? [] : [[element, leaf] as const];
  });
}

/** Whether the path or one of its ancestors, as a member with nothing inside, is in the set: `spec.selector` covers what is in it. */
export function covers(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet = set;
  for (const element of path) {
    const child = childAt(node, element);
    if (child === undefined) return false;
    if (isEmpty(child)) return true;
    node = child;
  }
  return path.length > 0 && isMember(node);
}

/** Every member, parents before their children. */
export function pathsOf(set: FieldSet): FieldPath[] {
  const paths: FieldPath[] = [];
  collectPaths(set, [], paths);
  return paths;
}

/** The inverse of `pathsOf`: exactly these paths are members. The empty path stands for nothing. */
export function setOfPaths(paths: readonly FieldPath[]): FieldSet {
  const root: Draft = { isMember: false, children: new Map() };
  for (const path of paths) if (path.length > 0) nodeAt(root, path).isMember = true;
  return written(root) ?? EMPTY;
}

/** Whether this node of a set, below its root, is itself a member. */
export function isMember(node: FieldSet): boolean {
  return isEmpty(node) || node[SELF] !== undefined;
}

/** The nodes right below a node, by path element. */
export function childrenOf(node: FieldSet): readonly (readonly [string, FieldSet])[] {
  return Object.entries(node).flatMap(([element, child]) =>
    element === SELF || !isObject(child) ? [] : [[element, child] as const],
  );
}

/** A node made of its parts; undefined when there is nothing in it. */
export function nodeOf(isItself: boolean, children: readonly (readonly [string, FieldSet])[]): FieldSet | undefined {
  if (children.length === 0) return isItself ? {} : undefined;
  return Object.fromEntries(isItself ? [[SELF, {}], ...children] : children);
}

interface Membership {
  readonly inA: boolean;
  readonly inB: boolean;
  readonly b: FieldSet | undefined;
}
type Keep = (membership: Membership) => boolean;

function combine(a: FieldSet, b: FieldSet, keep: Keep): FieldSet {
  return nodeOf(false, combineChildren(a, b, keep)) ?? EMPTY;
}

function combineChildren(a: FieldSet, b: FieldSet, keep: Keep): readonly (readonly [string, FieldSet])[] {
  return elementsOf(a, b).flatMap((element) => {
    const [inA, inB] = [childAt(a, element), childAt(b, element)];
    const isItself = keep({ inA: inA !== undefined && isMember(inA), inB: inB !== undefined && isMember(inB), b: inB });
    const node = nodeOf(isItself, combineChildren(inA ?? EMPTY, inB ?? EMPTY, keep));
    return node === undefined ? [] : [[element, node] as const];
  });
}

/** Of both, in order. Most nodes are leaves. */
function elementsOf(a: FieldSet, b: FieldSet): readonly string[] {
  const [ofA, ofB] = [Object.keys(a), Object.keys(b)];
  if (ofA.length === 0 && ofB.length === 0) return [];
  return [...new Set([...ofA, ...ofB])].filter((element) => element !== SELF).sort();
}

function childAt(node: FieldSet, element: string): FieldSet | undefined {
  const child: Json | undefined = Object.hasOwn(node, element) ? node[element] : undefined;
  return isObject(child) ? child : undefined;
}

function collectPaths(node: FieldSet, prefix: FieldPath, paths: FieldPath[]): void {
  for (const [element, child] of childrenOf(node)) {
    const path = [...prefix, element];
    if (isMember(child)) paths.push(path);
    collectPaths(child, path, paths);
  }
}

interface Draft {
  isMember: boolean;
  readonly children: Map<string, Draft>;
}

function nodeAt(root: Draft, path: FieldPath): Draft {
  let node = root;
  for (const element of path) {
    const child: Draft = node.children.get(element) ?? { isMember: false, children: new Map() };
    node.children.set(element, child);
    node = child;
  }
  return node;
}

function written(draft: Draft): FieldSet | undefined {
  const children = [...draft.children].flatMap(([element, child]) => {
    const node = written(child);
    return node === undefined ? [] : [[element, node] as const];
  });
  return nodeOf(draft.isMember, children);
}
