import { EXIT, UpgradeError } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import { isInstalling } from '../core/phase.ts';
import type { Mention } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResources } from '../core/resources.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Target, TargetObject } from '../core/target.ts';
import { sameRelease, versionText } from '../core/version.ts';
import { installedPilot } from '../mesh/installed-pilot.ts';
import { isKeptByHelm } from '../plan/helm-objects.ts';
import { servedObject, withCrdsOf } from '../plan/served-object.ts';
import {
  type HelmObject,
  type HelmReading,
  hasUpgradeHooks,
  helmObjects,
  hookMentions,
  readUpgrades,
} from './helm-reading.ts';
import { readInstallation } from './installation.ts';
import type { PlanRequest } from './plan-request.ts';
import type { Cluster } from './ports.ts';
import type { Server } from './server.ts';

/** What is installed, and which of it by Helm. */
export interface Installing {
  readonly target: Target | undefined;
  /** Runs of Helm; none where the target is installed kubectl's way. */
  readonly readings: readonly HelmReading[];
  /** Every object that they make or delete, by reference. */
  readonly objects: ReadonlyMap<string, HelmObject>;
  /** Those that are not in the target. */
  readonly installs: readonly TargetObject[];
  /** Whether what the release's hooks would make belongs to the target. */
  readonly runsHooks: boolean;
  readonly skipped: readonly Mention[];
  readonly problems: readonly Problem[];
}

/**
 * Decides who installs the target, and asks Helm, if it is Helm, what it would install.
 * @throws UpgradeError (exit 3) when Helm's way is asked for and there is none, or it would install another version
 */
export async function installingBy(
  request: PlanRequest,
  cluster: Cluster,
  asked: Promise<Server>,
): Promise<Installing> {
  const { target, helm, istioNamespace, phases } = request;
  if (target === undefined || helm === undefined || !isInstalling(phases)) return kubectlsWay(target, []);
  const { resources } = await asked;
  const installation = await readInstallation(helm, { cluster, resources }, istioNamespace);
  if (installation.way === 'kubectl') return kubectlsWay(target, installation.problems);
  const [served, kubernetes] = await Promise.all([cluster.discover(), cluster.version()]);
  const readings = await readUpgrades(installation, { phases, served, kubernetes });
  for (const reading of readings) refuseOtherVersion(reading, target, istioNamespace);
  return installingWith(readings, { target, resources: withCrdsOf(target, served), problems: installation.problems });
}

/** The values that a release keeps may name the old images. */
function refuseOtherVersion({ operation, modified }: HelmReading, target: Target, istioNamespace: string): void {
  if (operation.phase !== 'control-plane') return;
  const [wanted, installed] = [target.objects, modified].map(
    (objects) =>
      installedPilot(
        objects.map(({ object }) => object),
        istioNamespace,
      )?.version,
  );
  if (wanted === undefined || installed === undefined || sameRelease(wanted, installed)) return;
  const { release, chart } = operation;
  throw new UpgradeError(
    `the values that Helm keeps of ${release} make chart ${chart} install Istio ${versionText(installed)}, and the release is ${versionText(wanted)}`,
    { hint: `say it anew: --set global.tag=${versionText(wanted)}`, exit: EXIT.blocked },
  );
}

function kubectlsWay(target: Target | undefined, problems: readonly Problem[]): Installing {
  return { target, readings: [], objects: new Map(), installs: [], runsHooks: true, skipped: [], problems };
}

interface HelmInputs {
  readonly target: Target;
  readonly resources: ApiResources;
  readonly problems: readonly Problem[];
}

function installingWith(readings: readonly HelmReading[], { target, resources, problems }: HelmInputs): Installing {
  const objects = helmObjects(readings, resources);
  const crds = target.objects.filter(({ object }) => object.kind === 'CustomResourceDefinition');
  const controlPlane = readings.filter(({ operation }) => operation.phase === 'control-plane');
  const others = [...objects.values()].flatMap(({ reading, original, modified }) => {
    const object = modified ?? original;
    const isTarget = modified !== undefined && reading.operation.phase === 'control-plane';
    return isTarget || object === undefined ? [] : [{ object, source: `chart ${reading.operation.chart}` }];
  });
  const installed = controlPlane.flatMap(({ modified, operation }) =>
    modified.map((one) => ({ ...one, object: servedObject(one, resources, operation.namespace).object })),
  );
  return {
    target: controlPlane.length === 0 ? target : { objects: [...crds, ...installed] },
    readings,
    objects,
    installs: others,
    runsHooks: hasUpgradeHooks(readings),
    skipped: hookMentions(readings),
    problems,
  };
}

/** Whether Helm deletes an object, since its release no longer has it. */
export function isDeletedByHelm(ref: ObjectRef, { objects }: Installing, live: Snapshot): boolean {
  const [object, there]: readonly [HelmObject | undefined, K8sObject | undefined] = [
    objects.get(refText(ref)),
    live.objects.get(refText(ref)),
  ];
  return object !== undefined && object.modified === undefined && there !== undefined && !isKeptByHelm(there);
}

const BY_HELM = 'installed-by-helm3';

/** What checks found, without what Helm's records as a whole tell better: that Helm has the control plane, or upgrades it. */
export function withoutTold(found: readonly Problem[], { readings, problems }: Installing): readonly Problem[] {
  const isTold = readings.length > 0 || problems.some(({ id }) => id === BY_HELM || id === 'installer-unknown');
  return isTold ? found.filter(({ id }) => id !== BY_HELM) : found;
}
