import type { RoleCommand } from '../core/access.ts';
import type { K8sObject } from '../core/object.ts';
import type { RoleRules } from './role-rules.ts';

/** Whom a role is bound to. */
export type Subject =
  | { readonly kind: 'User' | 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string };

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;

/**
 * A ClusterRole for what is asked of the whole cluster, a Role for each namespace, and where there are subjects a binding of each to them.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function roleManifests(
  command: RoleCommand,
  places: readonly RoleRules[],
  subjects: readonly Subject[],
): readonly K8sObject[] {
  const name = `istio-upgrade-${command}`;
  const roles = places.map(({ namespace, rules }) => roleOf(name, namespace, rules));
  const bindings = subjects.length === 0 ? [] : places.map(({ namespace }) => bindingOf(name, namespace, subjects));
  return [...roles, ...bindings];
}

function roleOf(name: string, namespace: string, rules: RoleRules['rules']): K8sObject {
  return {
    apiVersion: API_VERSION,
    kind: namespace === '' ? 'ClusterRole' : 'Role',
    metadata: metadataOf(name, namespace),
    rules: rules.map((rule) => ({ ...rule })),
  };
}

function bindingOf(name: string, namespace: string, subjects: readonly Subject[]): K8sObject {
  const kind = namespace === '' ? 'ClusterRole' : 'Role';
  return {
    apiVersion: API_VERSION,
    kind: `${kind}Binding`,
    metadata: metadataOf(name, namespace),
    roleRef: { apiGroup: GROUP, kind, name },
    subjects: subjects.map((one) => (one.kind === 'ServiceAccount' ? { ...one } : { apiGroup: GROUP, ...one })),
  };
}

function metadataOf(name: string, namespace: string): K8sObject['metadata'] {
  return namespace === '' ? { name } : { namespace, name };
}
