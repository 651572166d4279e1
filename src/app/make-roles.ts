import type { Access } from '../core/access.ts';
import type { K8sObject } from '../core/object.ts';
import { roleManifests, type Subject } from '../plan/role-manifests.ts';
import { roleRules } from '../plan/role-rules.ts';
import { withCrdsOf } from '../plan/served-object.ts';
import { type AccessRequest, accessesOf } from './accesses.ts';
import type { Cluster } from './ports.ts';

export interface RolesRequest extends Omit<AccessRequest, 'resources'> {
  /** Also Secrets, in which Helm keeps its records; one that the target itself installs is always among the rights. */
  readonly readsSecrets: boolean;
  readonly subjects: readonly Subject[];
}

/**
 * The roles that a command line needs on a cluster, as manifests. Only what the server serves is asked of it.
 * @throws UpgradeError (exit 3) where the server serves no version of a kind of the target
 */
export async function makeRoles(request: RolesRequest, cluster: Cluster): Promise<readonly K8sObject[]> {
  const { target, command, subjects, readsSecrets } = request;
  const served = await cluster.discover();
  const resources = withCrdsOf(target ?? { objects: [] }, served);
  const accesses = accessesOf({ ...request, resources }).filter((one) => readsSecrets || !isAnySecret(one, request));
  return roleManifests(command, roleRules(accesses, resources), subjects);
}

/** Helm's way does not go without those of the control plane's namespace. */
function isAnySecret({ group, kind, names, verbs, namespace }: Access, request: RolesRequest): boolean {
  if (request.byHelm && namespace === request.istioNamespace) return false;
  return group === '' && kind === 'Secret' && names === undefined && verbs.includes('list');
}
