import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import { imageName } from '../../../../mesh/control-plane.ts';
import type { ControlPlanePart } from '../../../../mesh/mesh-status.ts';
import type { Check, Finding } from '../../../../plan/check.ts';
import { countsText } from '../release/part-versions.ts';
import { partsElsewhere } from './parts-elsewhere.ts';

/** Parts of a control plane in other namespaces than the one that is upgraded. */
export const componentsElsewhere: Check = {
  id: 'components-elsewhere',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/',
  explain: `The upgrade is about one control plane, the one in the namespace of -i (istio-system by default). Parts of Istio that run in other namespaces stay as they are: a second control plane, or what was left of an earlier installation. Yet several things are one for the whole cluster and change for both: CustomResourceDefinitions, MeshPolicy default, ClusterRbacConfig default, and admission webhooks. A second injector may be the one that a namespace's pods really get their sidecar from, a second Galley may refuse what the first one takes, and a second Citadel writes certificates of its own to the same Secrets, unless it listens to namespaces of its own.
kubectl istio-upgrade status shows all parts with their namespaces. Delete what nothing uses any more. Upgrade a second control plane with -i and its own manifests, and soon after the first, because both obey the same mesh-wide configuration.`,
  find({ mesh, status }) {
    const parts = partsElsewhere(status?.components ?? [], mesh.istioNamespace);
    const byNamespace = Map.groupBy(parts, ({ ref }) => ref.namespace);
    return [...byNamespace].map(([namespace, some]) => findingOf(namespace, some, mesh.istioNamespace));
  },
};

function findingOf(namespace: string, parts: readonly ControlPlanePart[], istioNamespace: string): Finding {
  const runs = (name: string) => parts.some(({ images }) => images.some(({ image }) => imageName(image) === name));
  const names = shortList(
    parts.map((part) => `${refText(part.ref)} (${countsText(part)})`),
    8,
  );
  const certificates = runs('citadel') ? `; its Citadel writes the same Secrets as the one in ${istioNamespace}` : '';
  return {
    ref: parts[0]?.ref,
    message: `outside ${istioNamespace}, and left as it is by this upgrade: ${names}${certificates}`,
    hint: runs('pilot')
      ? `upgrade it on its own with -i ${namespace}, or delete it if nothing uses it`
      : 'delete it if nothing uses it, or upgrade it with the manifests that it came from',
  };
}
