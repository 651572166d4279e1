import { refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import { compareVersions, sameRelease, versionText } from '../../../../core/version.ts';
import { sum } from '../../../../mesh/image-counts.ts';
import type { Mesh } from '../../../../mesh/mesh.ts';
import type { ControlPlanePart } from '../../../../mesh/mesh-status.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { countsText, isTooNew, isTooOld, partsIn, releasesOf } from './part-versions.ts';

/** What the pods of the control plane, gateways and sidecars really run, where it is not what their templates or Pilot's release let expect. */
export const componentVersions: Check = {
  id: 'component-versions',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/',
  explain: `Istio is upgraded one minor version at a time, and Pilot serves proxies of its own release and of the one before. The versions of templates tell what new pods will be; what counts is what pods run. Told are: components and gateways, in all namespaces, whose pods are of several releases, or of another one than their template (a rollout that is under way, paused or stuck, or a DaemonSet with updateStrategy OnDelete); what is older than 1.1 or newer than the upgrade leads to, sidecars included; and images that name no release, such as one pinned by digest.
kubectl istio-upgrade status shows the same as a table. Let rollouts finish before the upgrade. Bring what is older than 1.1 to 1.1 first, or delete it where nothing uses it any more. Ask a pod whose image does not tell: kubectl exec POD -c CONTAINER -- BINARY version, with pilot-discovery, galley, mixs, istio_ca, sidecar-injector, node_agent or pilot-agent as the binary.`,
  find(context) {
    const parts = partsIn(context);
    return [
      ...parts.flatMap((part) => rollout(part, context.mesh)),
      ...parts.flatMap((part) => outOfRange(part, context)),
      ...oldSidecars(context),
      ...unknown(parts),
    ];
  },
};

function rollout(part: ControlPlanePart, mesh: Mesh): readonly Finding[] {
  const { ref, pods, images } = part;
  const [release, ...others] = releasesOf(part);
  if (pods === 0 || release === undefined) return [];
  const planned = mesh.components.find((component) => refText(component.ref) === refText(ref))?.version;
  const isAsPlanned =
    planned === undefined || images.every(({ version }) => version === undefined || sameRelease(version, planned));
  if (others.length === 0 && isAsPlanned) return [];
  const template = isAsPlanned || planned === undefined ? '' : `, its template says ${versionText(planned)}`;
  return [
    {
      ref,
      message: `${refText(ref)}: its pods run ${countsText(part)}${template}`,
      hint: 'wait for its rollout (kubectl rollout status), resume it if it is paused, or delete the old pods one by one if its updateStrategy is OnDelete',
    },
  ];
}

function outOfRange({ ref, images }: ControlPlanePart, { to }: CheckContext): readonly Finding[] {
  const versions = images.flatMap(({ version }) => version ?? []);
  const old = versions.find(isTooOld);
  const young = versions.find((version) => isTooNew(version, to));
  if (old !== undefined)
    return [
      {
        ref,
        message: `${refText(ref)} runs ${versionText(old)}, older than what this upgrade starts from (1.1)`,
        hint: 'bring it to 1.1 first, or delete it if nothing uses it any more',
      },
    ];
  if (young === undefined) return [];
  return [
    {
      ref,
      message: `${refText(ref)} runs ${versionText(young)}, newer than ${to === undefined ? 'Istio 1.2' : `the target, ${versionText(to)}`}`,
      hint: 'take a target that is not older, or bring it back to the release of the mesh first',
    },
  ];
}

/** Pilot 1.2 serves sidecars of 1.1 and 1.2. */
function oldSidecars({ status }: CheckContext): readonly Finding[] {
  const found = (status?.workloads ?? []).flatMap(({ ref, images }) =>
    images.flatMap(({ version, pods }) =>
      version !== undefined && isTooOld(version) ? [{ namespace: ref.namespace, version, pods }] : [],
    ),
  );
  if (found.length === 0) return [];
  const places = [...Map.groupBy(found, ({ namespace }) => namespace)].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = places.map(([namespace, some]) => `${namespace} (${sum(some.map(({ pods }) => pods))})`);
  const [oldest] = found.map(({ version }) => version).sort(compareVersions);
  return [
    {
      message: `sidecars older than 1.1 (${oldest && versionText(oldest)}), and Pilot 1.2 serves 1.1 and 1.2 only: ${shortList(texts)}`,
      hint: 'restart their workloads while the control plane is at 1.1: kubectl rollout restart',
    },
  ];
}

function unknown(parts: readonly ControlPlanePart[]): readonly Finding[] {
  const untold = parts.filter(({ images }) => images.some(({ version }) => version === undefined));
  const [first] = untold;
  if (first === undefined) return [];
  const texts = untold.map(({ ref, images }) => `${refText(ref)} (${images.find((one) => !one.version)?.image})`);
  return [
    {
      ref: first.ref,
      severity: 'note',
      message: `no release is told by the image of ${shortList(texts)}`,
      hint: 'ask a pod: kubectl exec POD -c CONTAINER -- BINARY version; more with --explain component-versions',
    },
  ];
}
