import { EXIT, UpgradeError } from '../core/errors.ts';
import { refOf, refText } from '../core/object.ts';
import { PLAN_SCHEMA, type Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResources } from '../core/resources.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import { versionText } from '../core/version.ts';
import { installedPilot } from '../mesh/installed-pilot.ts';
import { foldWishes } from '../plan/fold-wishes.ts';
import { inOrder } from '../plan/order.ts';
import { rightsAsker } from './ask-rights.ts';
import { awaitedBy, byText } from './awaited.ts';
import { type HelmObject, type HelmReading, helmObjects } from './helm-reading.ts';
import { readReleases } from './installation.ts';
import { helmWishes, planHelm } from './plan-helm.ts';
import type { Cluster, HelmRecords } from './ports.ts';
import { predictHelm } from './predict-helm.ts';
import { problemsOf, proposeContext, resourceOf, whyNot } from './proposing.ts';
import { listOf } from './read-mesh.ts';
import { readState } from './read-state.ts';
import { rollbackReading } from './rollback-reading.ts';

export interface RollbackRequest {
  readonly istioNamespace: string;
  readonly records: HelmRecords;
}

/**
 * The way back from an upgrade that this tool made Helm's way, as a plan: `helm rollback` to the revision before it. Writes nothing.
 * @throws UpgradeError (exit 3) when the release that is live was not upgraded by this tool, or what it was before is not known any more
 */
export async function makeRollback({ istioNamespace, records }: RollbackRequest, cluster: Cluster): Promise<Plan> {
  const [version, resources] = await Promise.all([cluster.version(), cluster.discover()]);
  const { releases, problems } = await readReleases({ cluster, resources, records }, istioNamespace);
  if (releases.controlPlane === undefined) throw noRelease(istioNamespace, problems);
  const reading = rollbackReading(releases.controlPlane, records);
  const objects = helmObjects([reading], resources);
  const state = await readObjects(cluster, objects, { resources, istioNamespace });
  const { desired, results } = await predicted(objects, state.snapshot, {
    resources,
    cluster,
    version,
    istioNamespace,
  });
  const changes = results.flatMap((result) => (result.kind === 'change' ? [result.change] : []));
  const helm = planHelm([reading], changes, { resources, live: state.snapshot });
  return {
    schema: PLAN_SCHEMA,
    from: versionIn(reading.original, istioNamespace),
    to: versionIn(reading.modified, istioNamespace),
    istioNamespace,
    cluster: { address: cluster.address, version },
    phases: ['control-plane'],
    changes: inOrder([...changes, ...helm.changes]),
    unchanged: results.flatMap((result) => (result.kind === 'unchanged' ? [result.ref] : [])).sort(byText),
    restsOn: [],
    skipped: [],
    leftovers: [],
    checks: [],
    ignored: [],
    problems: [...state.problems, ...results.flatMap(problemsOf), ...helm.problems, ...notUndone()],
    mtls: [],
    awaited: awaitedBy(desired, resources, ['control-plane']),
    helm: helm.operations,
  };
}

function noRelease(istioNamespace: string, [why]: readonly Problem[]): UpgradeError {
  return new UpgradeError(`nothing to roll back: Helm has no release of the control plane in ${istioNamespace}`, {
    hint: why?.message ?? "only what was upgraded Helm's way can be rolled back",
    exit: EXIT.blocked,
  });
}

function versionIn(objects: HelmReading['original'], istioNamespace: string): string {
  const pilot = installedPilot(
    objects.map(({ object }) => object),
    istioNamespace,
  );
  return pilot?.version === undefined ? 'of an unknown version' : versionText(pilot.version);
}

interface Around {
  readonly resources: ApiResources;
  readonly istioNamespace: string;
}

function readObjects(
  cluster: Cluster,
  objects: ReadonlyMap<string, HelmObject>,
  { resources, istioNamespace }: Around,
) {
  const desired = [...objects.values()].flatMap(({ modified, original }) => modified ?? original ?? []);
  const webhooks = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
    group: 'admissionregistration.k8s.io',
    kind,
  }));
  return readState(cluster, {
    objects: desired.map((object) => ({
      ref: refOf(object),
      resource: resourceOf({ ref: refOf(object), apiVersion: object.apiVersion }, resources),
    })),
    lists: [
      ...listOf({ group: 'apps', kind: 'ReplicaSet' }, { namespace: istioNamespace }, resources),
      ...webhooks.flatMap((kind) => listOf(kind, {}, resources)),
    ],
  });
}

async function predicted(
  objects: ReadonlyMap<string, HelmObject>,
  snapshot: Snapshot,
  { resources, cluster, version }: Around & { readonly cluster: Cluster; readonly version: string },
) {
  const { desired } = foldWishes(helmWishes(objects, snapshot));
  const replicaSets = objectsOf(snapshot, { group: 'apps', kind: 'ReplicaSet' });
  const findMissing = rightsAsker(cluster);
  const results = await Promise.all(
    desired.flatMap((one) => {
      const object = objects.get(refText(one.ref));
      if (object === undefined) return [];
      const proposing = proposeContext(one, { snapshot, resources, replicaSets, isTaken: () => false });
      const whyNotOnServer = whyNot(proposing, { snapshot, served: resources, version });
      return [predictHelm({ cluster, whyNotOnServer, willWrite: true, findMissing, desired: one, object, proposing })];
    }),
  );
  return { desired, results };
}

/** What Helm knows nothing of stays as the upgrade left it. */
function notUndone(): readonly Problem[] {
  return [
    {
      id: 'not-undone',
      severity: 'note',
      message:
        "stays as the upgrade left it: CustomResourceDefinitions and release istio-init, migrated configuration, sidecars, and what the release's post-install Job would apply",
      hint: 'kubectl istio-upgrade rollback --phase config --phase crds takes back what a kept run did besides; look at mutual TLS afterwards: kubectl istio-upgrade check',
    },
  ];
}
