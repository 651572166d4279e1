import type { Change } from '../core/change.ts';
import { stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { Right } from '../core/right.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import { isEmpty } from '../fields/field-set.ts';
import { sameContents, sameScale } from './contents.ts';
import type { Proposal } from './propose.ts';
import { removals } from './removals.ts';

const RBAC = 'rbac.authorization.k8s.io';
const ROLES: Readonly<Record<string, string>> = { Role: 'roles', ClusterRole: 'clusterroles' };

/**
 * What the user has to be allowed for a proposal to be carried out, by the object's name.
 *
 * Creating by server-side apply takes both verbs (https://kubernetes.io/docs/reference/using-api/server-side-apply/); where fields go, an
 * update may have to stand in for what server-side apply cannot remove.
 */
export function rightsFor(proposal: Proposal): readonly Right[] {
  return verbsFor(proposal).map((verb) => rightOn(verb, proposal.resource, proposal.desired.ref));
}

function verbsFor(proposal: Proposal): readonly string[] {
  switch (proposal.op) {
    case 'create':
      return ['create', 'patch'];
    case 'update':
      return isEmpty(removals(proposal, fieldsOf(proposal.body))) ? ['patch'] : ['patch', 'update'];
    case 'replace':
      return ['create', 'patch', 'delete'];
    case 'delete':
      return ['delete'];
  }
}

/** What the user has to be allowed for an object to be put back as it was: all of it in one write, then who owned what by a patch. */
export function rightsToRestore(change: Change): readonly Right[] {
  return verbsToRestore(change).map((verb) => rightOn(verb, change.resource, change.ref));
}

function verbsToRestore(change: Change): readonly string[] {
  // By a station it is put back, too, and then the rest of its way.
  const goesByStation = change.steps.some((step) => step.do === 'prepare');
  switch (change.op) {
    case 'create':
      return ['create', 'patch'];
    case 'update': {
      const { before, after } = change;
      const keepsFields = sameContents(before, after) && sameScale(before, after);
      return keepsFields && !goesByStation ? ['patch'] : ['update', 'patch'];
    }
    case 'replace':
      return ['create', 'patch', 'delete'];
    case 'delete':
      return goesByStation ? ['update', 'patch', 'delete'] : ['delete'];
  }
}

function rightOn(verb: string, resource: ApiResource, ref: ObjectRef): Right {
  const namespace = resource.namespaced ? ref.namespace : '';
  return { verb, group: resource.group, resource: resource.resource, namespace, name: ref.name };
}

/**
 * What lets a user write a role with rules that he does not hold, or a binding to such a role.
 * @returns undefined for every other object
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function escalationFor(proposal: Proposal): Right | undefined {
  const escalation = escalationOf(proposal.body);
  if (escalation === undefined) return undefined;
  const { verb, kind, name } = escalation;
  return { ...rightOn(verb, proposal.resource, proposal.desired.ref), resource: ROLES[kind] ?? '', name };
}

/** What writing an object allows others: a role's rules (`escalate`), or the role that is bound. */
export interface Escalation extends Pick<ObjectRef, 'group' | 'kind' | 'name'> {
  readonly verb: 'escalate' | 'bind';
}

/** @returns undefined for an object that allows nobody anything */
export function escalationOf(object: K8sObject): Escalation | undefined {
  const { group, kind, name } = refOf(object);
  if (group !== RBAC) return undefined;
  if (ROLES[kind] !== undefined) return { verb: 'escalate', group, kind, name };
  const [bound, role] = ['kind', 'name'].map((key) => stringAt(valueAt(object, 'roleRef', key)) ?? '');
  if (bound === undefined || role === undefined || ROLES[bound] === undefined) return undefined;
  return { verb: 'bind', group, kind: bound, name: role };
}

/** Evicting any pod of a namespace. */
export function evictionRight(namespace: string): Right {
  return { verb: 'create', group: '', resource: 'pods', subresource: 'eviction', namespace };
}

/** `deployments.apps`, `pods/eviction`: as `kubectl auth can-i` takes it. */
export function resourceText({ group, resource, subresource }: Omit<Right, 'verb' | 'namespace'>): string {
  const whole = group === '' ? resource : `${resource}.${group}`;
  return subresource === undefined ? whole : `${whole}/${subresource}`;
}
