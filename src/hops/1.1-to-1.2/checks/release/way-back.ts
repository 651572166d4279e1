import { kubernetesMinor } from '../../../../core/kubernetes-version.ts';
import { compareMinors, versionText } from '../../../../core/version.ts';
import { isPilot } from '../../../../mesh/control-plane.ts';
import type { Check } from '../../../../plan/check.ts';
import type { Minor } from '../../../../plan/hop.ts';
import { ISTIO_1_1 } from '../../versions.ts';
import { changesControlPlane } from '../changes-control-plane.ts';

const EXTENSIONS_GONE: Minor = { major: 1, minor: 16 };

/** The documented way back applies the manifests of 1.1 again, which a server since 1.16 does not take. */
export const wayBack: Check = {
  id: 'way-back',
  severity: 'note',
  docs: 'https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-16',
  explain: `Istio's documentation goes back to 1.1 by applying the old release's manifests again. Their Deployments and DaemonSets are extensions/v1beta1, most of them without a selector. Kubernetes 1.16 and newer do not serve that API, and apps/v1 wants a selector: kubectl answers with "no matches for kind Deployment in version extensions/v1beta1". A mesh of 1.1 runs on such a server only because its objects were there before the server was upgraded.
There are two ways back that work. "kubectl istio-upgrade rollback" takes a run of this tool back by what it kept of every object, and with -f OLD it brings the old manifests in as such a server takes them. Where neither will be at hand, keep the live objects, which the server shows as apps/v1 with their selectors, before anything is changed. Try the file with kubectl apply --dry-run=server while the mesh is still at 1.1. A Deployment that the upgrade re-creates has a smaller selector afterwards, which cannot be changed again: take over that selector in the saved object before applying it. Workloads need a restart after going back, like after the upgrade.`,
  find(context) {
    const { mesh, from, kubernetes } = context;
    const server = kubernetesMinor(kubernetes);
    const isServed = server === undefined || compareMinors(server, EXTENSIONS_GONE) < 0;
    if (isServed || !changesControlPlane(context) || compareMinors(from, ISTIO_1_1) !== 0) return [];
    const release = versionText(from);
    return [
      {
        ref: mesh.components.find(isPilot)?.ref,
        message: `Kubernetes ${kubernetes} serves no extensions/v1beta1: the manifests of ${release} cannot be applied again to go back`,
        hint: `kubectl istio-upgrade rollback goes back all the same; for a way back without it: kubectl get deployments,daemonsets,configmaps,services -n ${mesh.istioNamespace} -o yaml > istio-${release}.yaml`,
      },
    ];
  },
};
