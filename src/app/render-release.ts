import { EXIT, UpgradeError } from '../core/errors.ts';
import { type K8sObject, labelsOf, refText } from '../core/object.ts';
import type { ApiResources } from '../core/resources.ts';
import { find, snapshotOf } from '../core/snapshot.ts';
import { compareVersions, versionText } from '../core/version.ts';
import { componentsOf, isPilot } from '../mesh/control-plane.ts';
import type { Cluster, LiveRelease, Release, RenderedRelease } from './ports.ts';
import { listOf, readWorkloads } from './read-mesh.ts';
import { readState } from './read-state.ts';

// Its CustomResourceDefinitions are installed for those who have it.
const CERT_MANAGER = 'certmanager.k8s.io';
/** https://github.com/helm/helm/blob/v3.17.2/pkg/storage/driver/secrets.go */
const HELM_RECORDS = 'owner=helm';

/**
 * Renders a release for the mesh that is live: what is installed decides its name, its labels and what belongs to it.
 * @throws UpgradeError when it cannot be rendered, or what was rendered is another version than the release
 */
export async function renderRelease(
  release: Release,
  cluster: Cluster,
  istioNamespace: string,
): Promise<RenderedRelease> {
  const rendered = await release.render(await readLiveRelease(release, cluster, istioNamespace));
  refuseOtherVersion(release, rendered, istioNamespace);
  return rendered;
}

async function readLiveRelease(release: Release, cluster: Cluster, istioNamespace: string): Promise<LiveRelease> {
  const [kubernetes, resources] = await Promise.all([cluster.version(), cluster.discover(['', 'apps', CERT_MANAGER])]);
  const [live, records] = await Promise.all([
    readWorkloads(cluster, resources, istioNamespace),
    release.reusesValues ? readRecords(cluster, resources, istioNamespace) : undefined,
  ]);
  const pilot = componentsOf(live, istioNamespace).find(isPilot);
  const installed = pilot && find(live, pilot.ref);
  const { release: name, heritage } = installed === undefined ? {} : labelsOf(installed);
  const hasCertManager = resources.all.some(({ group }) => group === CERT_MANAGER);
  return { istioNamespace, name, heritage, kubernetes, hasCertManager, records };
}

/** @throws UpgradeError when they may not be read: what was asked for is not known then */
async function readRecords(
  cluster: Cluster,
  resources: ApiResources,
  namespace: string,
): Promise<readonly K8sObject[]> {
  const lists = listOf({ group: '', kind: 'Secret' }, { namespace, labelSelector: HELM_RECORDS }, resources);
  const { snapshot, problems } = await readState(cluster, { lists, objects: [] });
  const [problem] = problems;
  if (problem === undefined) return [...snapshot.objects.values()];
  throw new UpgradeError(`--reuse-values: ${problem.message}`, {
    hint: 'leave it out, and name the values that the release was installed with: --values, --set',
  });
}

/** A value such as `global.tag` can make the chart of one release install another. */
function refuseOtherVersion({ name, version }: Release, { target }: RenderedRelease, istioNamespace: string): void {
  const components = componentsOf(snapshotOf(target.objects.map(({ object }) => object)), istioNamespace);
  const pilot = components.find(isPilot);
  if (pilot?.version === undefined || compareVersions(pilot.version, version) === 0) return;
  throw new UpgradeError(
    `${name} is Istio ${versionText(version)}, and was rendered as ${versionText(pilot.version)}: ${refText(pilot.ref)} runs ${pilot.image}`,
    { exit: EXIT.blocked, hint: `take global.tag out of the values, or name the release that is meant with --release` },
  );
}
