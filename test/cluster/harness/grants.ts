import { parseAllDocuments } from 'yaml';
import { type Json, listAt, stringAt, valueAt } from '../../../src/core/json.ts';
import type { AuditedRequest } from './audit.ts';

/** A verb on a resource, in one namespace or (empty) in all. */
export type Grant = Pick<AuditedRequest, 'verb' | 'group' | 'resource' | 'namespace'>;

/** What the roles of a manifest allow, whatever the names. */
export function grantsIn(manifests: string): readonly Grant[] {
  return parseAllDocuments(manifests).flatMap((document) => {
    const role: Json = document.toJS();
    const namespace = stringAt(valueAt(role, 'metadata', 'namespace')) ?? '';
    return listAt(valueAt(role, 'rules')).flatMap((rule) => grantsOf(rule, namespace));
  });
}

function grantsOf(rule: Json, namespace: string): readonly Grant[] {
  const texts = (key: string) => listAt(valueAt(rule, key)).flatMap((text) => stringAt(text) ?? []);
  return texts('apiGroups').flatMap((group) =>
    texts('resources').flatMap((resource) => texts('verbs').map((verb) => ({ verb, group, resource, namespace }))),
  );
}

/** Grants that none of these requests needed: `delete configmaps in istio-system`. */
export function unusedOf(grants: readonly Grant[], requests: readonly AuditedRequest[]): readonly string[] {
  const needed = requests.flatMap(neededFor);
  const unused = grants.filter((grant) => !needed.some((one) => isWithin(one, grant)));
  return [...new Set(unused.map(grantText))].sort();
}

/** An apply that creates needs the right to create, too. */
function neededFor(request: AuditedRequest): readonly AuditedRequest[] {
  const isCreation = request.verb === 'patch' && request.status === 201;
  return isCreation ? [request, { ...request, verb: 'create' }] : [request];
}

function isWithin({ verb, group, resource, namespace }: AuditedRequest, grant: Grant): boolean {
  const isSame = verb === grant.verb && group === grant.group && resource === grant.resource;
  return isSame && (grant.namespace === '' || grant.namespace === namespace);
}

function grantText({ verb, group, resource, namespace }: Grant): string {
  const whole = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${whole}${namespace === '' ? '' : ` in ${namespace}`}`;
}
