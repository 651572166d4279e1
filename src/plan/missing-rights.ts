import { kindText, type ObjectRef } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import type { Right } from '../core/right.ts';
import { shortList } from '../core/short-list.ts';
import { resourceText } from './rights.ts';

/** Rights that a change needs and the user does not have. */
export interface Missing {
  readonly ref: ObjectRef;
  readonly rights: readonly Right[];
}

const NAMES = 3;
const VERBS = ['create', 'patch', 'update', 'delete'];

/**
 * What the user may not do, one problem for each kind in each namespace.
 * @param willWrite whether the plan is made to be carried out, which these block then
 */
export function missingRightProblems(all: readonly Missing[], willWrite: boolean): readonly Problem[] {
  const byKind = Map.groupBy(
    all.filter(({ rights }) => rights.length > 0),
    ({ ref }) => `${kindText(ref)} ${ref.namespace}`,
  );
  return [...byKind]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, some]) => problemOf(some, willWrite ? 'blocker' : 'warning'));
}

function problemOf(some: readonly Missing[], severity: Problem['severity']): Problem {
  const names = some.map(({ ref }) => ref.name).sort();
  const rights = some.flatMap((one) => one.rights);
  const [first] = some;
  const verbs = VERBS.filter((verb) => rights.some((right) => right.verb === verb));
  const what = first === undefined ? '' : `${kindText(first.ref)}${inNamespace(' in ', first.ref.namespace)}`;
  return {
    id: 'may-not-write',
    severity,
    message: `you may not ${verbs.join(', ')} ${what}: ${shortList(names, NAMES)}`,
    hint: hintFor(rights.filter(({ verb }) => verb === verbs[0])),
  };
}

function hintFor([right]: readonly Right[]): string | undefined {
  if (right === undefined) return undefined;
  const { verb, namespace } = right;
  return `ask for the right, or let somebody run it who has it; see: kubectl auth can-i ${verb} ${resourceText(right)}${inNamespace(' -n ', namespace)}`;
}

/** Workloads whose pods are to be evicted, where that is not allowed. */
export function mayNotEvict(rights: readonly Right[], willWrite: boolean): readonly Problem[] {
  return rights.map((right) => ({
    id: 'may-not-write',
    severity: willWrite ? 'blocker' : 'warning',
    message: `you may not ${right.verb} ${resourceText(right)} in ${right.namespace}`,
    hint: hintFor([right]),
  }));
}

function inNamespace(before: string, namespace: string): string {
  return namespace === '' ? '' : `${before}${namespace}`;
}
