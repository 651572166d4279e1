import { kubernetesMinor } from '../../../../core/kubernetes-version.ts';
import { compareMinors } from '../../../../core/version.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import type { Minor } from '../../../../plan/hop.ts';
import { ISTIO_1_2 } from '../../versions.ts';

// istioctl/pkg/install/pre-check.go:35@1.2.10, minK8SVersion
const OLDEST: Minor = { major: 1, minor: 11 };
const TESTED = { first: { major: 1, minor: 12 }, last: { major: 1, minor: 14 } } as const;
const V1BETA1_GONE: Minor = { major: 1, minor: 22 };

/** The server's version against those that Istio 1.2 was tested with, and those that serve the APIs of its manifests. */
export const kubernetesVersion: Check = {
  id: 'kubernetes-version',
  severity: 'note',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/',
  explain: `Istio 1.2 was tested with Kubernetes 1.12, 1.13 and 1.14. It refuses servers before 1.11. Servers from 1.15 to 1.21 serve every API that its manifests and its components use, but nobody tested Istio 1.2 on them: try the upgrade on another cluster of that version first.
From 1.22 on, the v1beta1 versions of CustomResourceDefinitions, admission webhooks and RBAC objects are no longer served. The manifests of 1.1 and of 1.2 are written in them, and Galley and the injector of both keep their certificates in webhook configurations by that API: neither can be installed there, and new pods may get no sidecar once a certificate is renewed.
kubectl version tells the server's version. Upgrade Istio before Kubernetes goes beyond what it takes.`,
  find(context) {
    const server = kubernetesMinor(context.kubernetes);
    return server === undefined ? [] : judge(server, context);
  },
};

function judge(server: Minor, { kubernetes, from, to }: CheckContext): readonly Finding[] {
  const isInstalled = to === undefined && compareMinors(from, ISTIO_1_2) === 0;
  const severity = isInstalled ? 'warning' : 'blocker';
  if (compareMinors(server, OLDEST) < 0)
    return [
      {
        severity,
        message: `Kubernetes ${kubernetes} is too old for Istio 1.2, which needs 1.11`,
        hint: 'upgrade Kubernetes to 1.12 or 1.13 first, which Istio 1.1 takes too',
      },
    ];
  if (compareMinors(server, V1BETA1_GONE) >= 0)
    return [
      {
        severity,
        message: `Kubernetes ${kubernetes} serves no v1beta1 of CustomResourceDefinitions, admission webhooks and RBAC, which Istio 1.1 and 1.2 use`,
        hint: 'move to a cluster of Kubernetes 1.21 or older: neither release can be installed here',
      },
    ];
  return untested(server, kubernetes);
}

function untested(server: Minor, kubernetes: string): readonly Finding[] {
  if (compareMinors(server, TESTED.first) < 0)
    return [
      {
        severity: 'warning',
        message: `Kubernetes ${kubernetes} is older than what Istio 1.2 was tested with (1.12 to 1.14)`,
        hint: 'upgrade Kubernetes to 1.12 or 1.13 first, which Istio 1.1 takes too',
      },
    ];
  if (compareMinors(server, TESTED.last) <= 0) return [];
  return [
    {
      message: `Kubernetes ${kubernetes} is newer than what Istio 1.2 was tested with (1.12 to 1.14); it serves every API that 1.2 uses`,
      hint: 'try the upgrade on another cluster of that version first, and stay below 1.22',
    },
  ];
}
