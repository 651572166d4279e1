import type { Problem } from '../core/problem.ts';

/** Why nothing was tried on a server, for the notes of a change. */
export const NO_SERVER_SIDE_APPLY = 'the server has no server-side apply';

const FIRST_MINOR = 16;

/**
 * Whether a server takes apply patches by default, which it does since it is beta.
 * @param version the server's: `v1.20.2`; one that says nothing of the kind is taken for a new one
 * @see https://kubernetes.io/blog/2019/09/18/kubernetes-1-16-release-announcement/
 */
export function hasServerSideApply(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || Number(major) > 1 || Number(minor) >= FIRST_MINOR;
}

/** Planning goes on without it; carrying a plan out does not. */
export function noServerSideApply(willWrite: boolean): Problem {
  return {
    id: 'no-server-side-apply',
    severity: willWrite ? 'blocker' : 'warning',
    message:
      'this API server takes no apply patches: it is older than Kubernetes 1.16, or has server-side apply switched off',
    hint: 'apply cannot work here; kubectl istio-upgrade plan --write-manifests DIR writes every resulting object for kubectl apply or a commit',
  };
}
