import type { Access } from '../core/access.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import { type Escalation, escalationOf } from './rights.ts';

/** What a release installs: an object, or any of a kind where its name is not known. */
export interface Installed extends Pick<ObjectRef, 'group' | 'kind'> {
  /** Without meaning for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name?: string | undefined;
  /** What it allows others. */
  readonly escalation?: (Omit<Escalation, 'name'> & { readonly name?: string | undefined }) | undefined;
}

const RBAC = 'rbac.authorization.k8s.io';
const WRITES = ['patch', 'update', 'delete'];

/** An object, as what is installed. */
export function installedObject(object: K8sObject): Installed {
  const { group, kind, namespace, name } = refOf(object);
  return { group, kind, namespace, name, escalation: escalationOf(object) };
}

/** Any objects of a kind, wherever the control plane is. */
export function installedKind({ group, kind }: Pick<ObjectRef, 'group' | 'kind'>, namespace: string): Installed {
  if (group !== RBAC) return { group, kind, namespace };
  const role = kind.replace(/Binding$/, '');
  // Where a binding is, is where the role is bound.
  const place = kind.startsWith('Cluster') ? '' : namespace;
  return {
    group,
    kind,
    namespace: place,
    escalation: { verb: role === kind ? 'escalate' : 'bind', group, kind: role },
  };
}

/** Reading one, by name. A Secret's name is said: who may read one need not read all. */
export function reading({ group, kind, namespace, name }: Installed): Access {
  const isSecret = group === '' && kind === 'Secret';
  return { group, kind, verbs: ['get'], namespace, names: isSecret && name !== undefined ? [name] : undefined };
}

/**
 * Writing one: creating it, which RBAC cannot bind to a name, changing it, and deleting it to replace it or to take an upgrade back. Where names
 * are known, cluster-scoped objects and Secrets are named, as is the role whose rules are written or that is bound.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function writing(installed: Installed): readonly Access[] {
  const { group, kind, namespace, name, escalation } = installed;
  const isNamed = name !== undefined && (namespace === '' || kind === 'Secret');
  return [
    { group, kind, verbs: ['create'], namespace },
    { group, kind, verbs: WRITES, namespace, names: isNamed ? [name] : undefined },
    ...(escalation === undefined ? [] : [allowing(escalation, namespace)]),
  ];
}

function allowing({ verb, group, kind, name }: NonNullable<Installed['escalation']>, namespace: string): Access {
  return { group, kind, verbs: [verb], namespace, names: name === undefined ? undefined : [name] };
}
