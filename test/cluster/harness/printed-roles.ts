import assert from 'node:assert/strict';
import { type Ran, run } from '../../cli/run.ts';
import { type AuditedRequest, auditedRequests } from './audit.ts';
import type { TestCluster } from './cluster.ts';
import { ISTIO_SYSTEM } from './seed.ts';
import type { User } from './users.ts';
import { eventually } from './waiting.ts';

/** This tool, run by a user of the cluster. */
export function runAs(cluster: TestCluster, user: User, argv: readonly string[]): Promise<Ran> {
  return run(argv, { env: { KUBECONFIG: cluster.kubeconfig(user), HOME: cluster.directory } });
}

/**
 * Prints roles, applies them as they are printed, or as somebody changed them, and waits until they are in force.
 * @param words of `rbac`, whom they are for left out
 * @returns what was applied
 */
export async function giveRoles(
  cluster: TestCluster,
  user: User,
  words: readonly string[],
  change = (text: string) => text,
): Promise<string> {
  const { exit, out, err } = await runAs(cluster, 'admin', ['rbac', ...words, '--subject', `user:${user}`]);
  assert.equal(exit, 0, err);
  const manifests = change(out.replaceAll(/istio-upgrade-(plan|apply)$/gm, `istio-upgrade-$1-${user}`));
  const applied = await cluster.kubectl(['apply', '-f', '-'], { input: manifests });
  assert.equal(applied.code, 0, applied.stderr);
  const ask = ['auth', 'can-i', 'list', 'serviceaccounts', '-n', ISTIO_SYSTEM];
  const look = async () => ((await cluster.kubectl(ask, { user })).code === 0 ? true : undefined);
  await eventually(look, { what: `the roles of ${user} to be in force` });
  return manifests;
}

/** What the server has refused a user, each once: `list secrets in kube-system`. */
export function forbiddenTo(cluster: TestCluster, user: User): readonly string[] {
  const refused = auditedRequests(cluster, user).filter(({ status }) => status === 403);
  return [...new Set(refused.map(requestText))].sort();
}

function requestText({ verb, resource, namespace }: AuditedRequest): string {
  return `${verb} ${resource}${namespace === '' ? '' : ` in ${namespace}`}`;
}
