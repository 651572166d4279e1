import type { ObjectRef } from '../core/object.ts';

// Kinds that a server keeps in another group than the one in which old manifests write them.
const MOVED: Readonly<Record<string, string>> = {
  'Deployment.extensions': 'apps',
  'DaemonSet.extensions': 'apps',
  'ReplicaSet.extensions': 'apps',
  'Ingress.extensions': 'networking.k8s.io',
};

/** The group in which a server of today keeps a kind, and its plural name, as in the rules of webhooks and roles. */
export interface ResourceName {
  readonly group: string;
  readonly resource: string;
}

/**
 * The resource of a kind by the rules of English that definitions follow, for where no server can be asked.
 * @see https://github.com/kubernetes/apimachinery/blob/v0.20.2/pkg/api/meta/restmapper.go#L120-L147: `UnsafeGuessKindToResource`
 */
export function resourceNameOf({ group, kind }: Pick<ObjectRef, 'group' | 'kind'>): ResourceName {
  return { group: MOVED[`${kind}.${group}`] ?? group, resource: pluralOf(kind.toLowerCase()) };
}

function pluralOf(name: string): string {
  if (name === 'endpoints') return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
