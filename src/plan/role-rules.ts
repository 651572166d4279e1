import type { Access } from '../core/access.ts';
import type { ApiResources } from '../core/resources.ts';
import { servedVersions } from '../core/resources.ts';

/** A rule of a Role or ClusterRole, as its manifest writes it. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What is allowed in one namespace, or with an empty one in the whole cluster. */
export interface RoleRules {
  readonly namespace: string;
  readonly rules: readonly RoleRule[];
}

interface Grant {
  readonly namespace: string;
  readonly group: string;
  /** Plural name, with its subresource: `pods/eviction` */
  readonly resource: string;
  readonly name: string | undefined;
  readonly verb: string;
}

/**
 * The fewest rules that allow all of these requests and no other: the whole cluster's first, then each namespace's.
 * @param resources what the server serves; nothing is allowed about kinds that it does not, for nothing is asked about them
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
export function roleRules(accesses: readonly Access[], resources: ApiResources): readonly RoleRules[] {
  const all = new Map(accesses.flatMap((one) => grantsOf(one, resources)).map((grant) => [keyOf(grant), grant]));
  const needed = [...all.values()].filter((grant) => !widerThan(grant).some((wider) => all.has(keyOf(wider))));
  const places = Map.groupBy(needed, ({ namespace }) => namespace);
  return [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, grants]) => ({ namespace, rules: rulesOf(grants) }));
}

function grantsOf(access: Access, resources: ApiResources): readonly Grant[] {
  const { verbs, names = [undefined], subresource, namespace = '' } = access;
  const [served] = servedVersions(resources, access);
  if (served === undefined) return [];
  const resource = subresource === undefined ? served.resource : `${served.resource}/${subresource}`;
  return verbs.flatMap((verb) =>
    names.map((name) => ({
      // A binding in a namespace binds a ClusterRole there.
      namespace: served.namespaced || verb === 'bind' ? namespace : '',
      group: served.group,
      resource,
      name,
      verb,
    })),
  );
}

function widerThan(grant: Grant): readonly Grant[] {
  const unnamed = { ...grant, name: undefined };
  const everywhere = { ...grant, namespace: '' };
  const own = keyOf(grant);
  return [unnamed, everywhere, { ...unnamed, namespace: '' }].filter((wider) => keyOf(wider) !== own);
}

/** Resources with the same verbs share a rule, unless it names objects. */
function rulesOf(grants: readonly Grant[]): readonly RoleRule[] {
  const byObject = [...Map.groupBy(grants, ({ verb: _verb, ...object }) => JSON.stringify(object)).values()];
  const alike = Map.groupBy(byObject, (some) => {
    const [{ group, resource, name } = NONE] = some;
    return JSON.stringify([group, name !== undefined && resource, verbsOf(some)]);
  });
  return [...alike.values()].map((some) => ruleOf(some.flat())).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

const NONE = { group: '', resource: '', name: undefined };

function ruleOf(grants: readonly Grant[]): RoleRule {
  const names = eachOnce(grants.flatMap(({ name }) => name ?? []));
  return {
    apiGroups: eachOnce(grants.map(({ group }) => group)),
    resources: eachOnce(grants.map(({ resource }) => resource)),
    ...(names.length === 0 ? {} : { resourceNames: names }),
    verbs: verbsOf(grants),
  };
}

const VERBS = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete', 'bind', 'escalate'];

function verbsOf(grants: readonly Grant[]): readonly string[] {
  return [...new Set(grants.map(({ verb }) => verb))].sort((a, b) => VERBS.indexOf(a) - VERBS.indexOf(b));
}

function eachOnce(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function sortKey({ apiGroups, resourceNames = [], resources, verbs }: RoleRule): string {
  return JSON.stringify([apiGroups, resourceNames.length > 0, resources, verbs]);
}

function keyOf({ namespace, group, resource, name, verb }: Grant): string {
  return JSON.stringify([namespace, group, resource, name, verb]);
}
