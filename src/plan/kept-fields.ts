import { childrenOf, EMPTY, type FieldPath, type FieldSet, isMember, nodeOf } from '../fields/field-set.ts';

const ANY = '*';

// Fields that an installer's record may own although the server or a controller gives them their value. They are never taken over, so
// they are never removed either. By kind; `*` stands for any item of a list.
const KEPT: Readonly<Record<string, readonly FieldPath[]>> = {
  [ANY]: [
    ['f:status'],
    ...['finalizers', 'ownerReferences', 'generation', 'uid', 'creationTimestamp', 'selfLink', 'resourceVersion'].map(
      (name) => ['f:metadata', `f:${name}`],
    ),
    ['f:metadata', 'f:annotations', 'f:deployment.kubernetes.io/revision'],
  ],
  Service: [
    ...['clusterIP', 'clusterIPs', 'healthCheckNodePort', 'ipFamily', 'ipFamilies', 'ipFamilyPolicy'].map((name) => [
      'f:spec',
      `f:${name}`,
    ]),
    ['f:spec', 'f:ports', ANY, 'f:nodePort'],
  ],
  ServiceAccount: [['f:secrets']],
  Namespace: [['f:spec', 'f:finalizers']],
  PersistentVolumeClaim: [['f:spec', 'f:volumeName']],
  // The injector and Galley put their certificate authority there when they start.
  MutatingWebhookConfiguration: [['f:webhooks', ANY, 'f:clientConfig', 'f:caBundle']],
  ValidatingWebhookConfiguration: [['f:webhooks', ANY, 'f:clientConfig', 'f:caBundle']],
};

/** The set without the fields, and all inside them, that keep their value and their owner even when an installer is recorded as the owner. */
export function withoutKept(kind: string, set: FieldSet): FieldSet {
  return [...(KEPT[ANY] ?? []), ...(KEPT[kind] ?? [])].reduce(withoutPath, set);
}

function withoutPath(set: FieldSet, [key, ...rest]: FieldPath): FieldSet {
  const children = childrenOf(set).flatMap(([name, child]) => {
    if (name !== key && key !== ANY) return [[name, child] as const];
    const left = rest.length === 0 ? undefined : nodeOf(isMember(child), childrenOf(withoutPath(child, rest)));
    return left === undefined ? [] : [[name, left] as const];
  });
  return nodeOf(Object.hasOwn(set, '.'), children) ?? EMPTY;
}
