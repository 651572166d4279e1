import { isObject } from '../../../core/json.ts';
import type { K8sObject } from '../../../core/object.ts';
import { at, eachOf, hasEntries, messagesIn, type Place, specOf } from './place.ts';
import type { Rejection } from './rejection.ts';

/** Properties and the fields of a subject that say the same since 1.2. */
const SAME = [
  ['source.principal', 'names'],
  ['request.auth.claims[groups]', 'groups'],
  ['source.namespace', 'namespaces'],
  ['source.ip', 'ips'],
] as const;

/**
 * Fields that 1.1 does not know and 1.2 acts on, where they contradict each other
 * (checkServiceRoleBinding, pilot/pkg/model/validation.go:1521-1600@1.2.10).
 */
export function serviceRoleBindingRejections(binding: K8sObject): readonly Rejection[] {
  const spec = specOf(binding);
  return [...messagesIn(spec, 'subjects').flatMap(subjectRejections), ...roleRejections(spec)];
}

function subjectRejections(subject: Place): readonly Rejection[] {
  const stars = ['names', 'notNames'].flatMap((name) => eachOf(at(subject, name)).filter(({ value }) => value === '*'));
  return [
    ...stars.map(({ path }) => ({ field: path, why: '* is no name for 1.2; user: "*" means everybody' })),
    ...propertyRejections(subject),
  ];
}

function propertyRejections(subject: Place): readonly Rejection[] {
  const { path, value } = at(subject, 'properties');
  return SAME.filter(([key, name]) => isObject(value) && Object.hasOwn(value, key) && hasEntries(subject, name)).map(
    ([key, name]) => ({
      field: `${path}[${JSON.stringify(key)}]`,
      why: `a subject of 1.2 has ${name}, or the property ${key}, not both`,
    }),
  );
}

/** 1.1 demands `roleRef` and looks at nothing else, so what stands beside it is one too many. */
function roleRejections(spec: Place): readonly Rejection[] {
  const role = at(spec, 'role');
  const others = [
    ...(hasEntries(spec, 'actions') ? [at(spec, 'actions')] : []),
    ...(typeof role.value === 'string' && role.value !== '' ? [role] : []),
  ];
  if (!isObject(at(spec, 'roleRef').value)) return [];
  return others.map(({ path }) => ({ field: path, why: 'a binding of 1.2 has one of roleRef, role and actions' }));
}
