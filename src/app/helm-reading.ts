import { objectAt, valueAt, withValue } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { Phase } from '../core/phase.ts';
import type { HelmOperation, Mention } from '../core/plan.ts';
import { type ApiResources, findResource } from '../core/resources.ts';
import type { TargetObject } from '../core/target.ts';
import { hookMoments, markedByHelm } from '../plan/helm-objects.ts';
import { WORKLOADS } from '../plan/rewritten-record.ts';
import { servedObject } from '../plan/served-object.ts';
import type { HelmRelease, Installation } from './installation.ts';
import type { HelmPreview, HelmRecords, HelmRevision } from './ports.ts';

/** One run of Helm as planning sees it: what it starts from, and what it installs. */
export interface HelmReading {
  readonly operation: HelmOperation;
  /** The manifest that Helm compares with: of the revision that is live. */
  readonly original: readonly TargetObject[];
  /** The manifest that it installs, hooks aside. */
  readonly modified: readonly TargetObject[];
  readonly hooks: readonly TargetObject[];
  /** The older of the two revisions: what its record says may have to be rewritten. */
  readonly older: { readonly revision: HelmRevision; readonly secret: K8sObject };
  readonly records: HelmRecords;
  /** The last run did not succeed, or was of another chart: Helm has something to do even where no object changes. */
  readonly isDue: boolean;
}

/** An object as the two manifests have it, in versions that the server serves. */
export interface HelmObject {
  readonly reading: HelmReading;
  readonly original: K8sObject | undefined;
  /** undefined: it goes. */
  readonly modified: K8sObject | undefined;
}

export interface UpgradeInputs {
  readonly phases: readonly Phase[];
  readonly served: ApiResources;
  /** `v1.20.2` */
  readonly kubernetes: string;
}

/**
 * What upgrading the releases of the phases would install: as Helm itself says, or where it cannot before its record is rewritten, as the charts
 * are rendered.
 * @throws UpgradeError when Helm refuses
 */
export async function readUpgrades(
  { helm, records, controlPlane, crds }: Extract<Installation, { way: 'helm' }>,
  { phases, served, kubernetes }: UpgradeInputs,
): Promise<readonly HelmReading[]> {
  const releases = [
    ...(crds === undefined ? [] : [{ phase: 'crds' as const, release: crds }]),
    { phase: 'control-plane' as const, release: controlPlane },
  ].filter(({ phase }) => phases.includes(phase));
  return Promise.all(
    releases.map(async ({ phase, release }) => {
      const isBuildable = release.live.objects.every(({ object }) => isServed(object, served));
      const preview = await helm.preview(phase, release.live, { isBuildable, kubernetes });
      return upgradeReading(phase, release, { ...preview, records });
    }),
  );
}

function isServed({ apiVersion, kind }: K8sObject, resources: ApiResources): boolean {
  return findResource(resources, apiVersion, kind) !== undefined;
}

function upgradeReading(
  phase: HelmOperation['phase'],
  { live, revisions }: HelmRelease,
  { chart, objects, hooks, records }: HelmPreview & Pick<HelmReading, 'records'>,
): HelmReading {
  const { release, namespace, revision, values } = live;
  const newest = revisions[0]?.revision ?? live;
  const named = { phase, release, namespace, revision, values, chart: `${chart.name}-${chart.version}` };
  return {
    operation: { ...named, description: `${BY_US} to ${named.chart}`, does: { run: 'upgrade' } },
    original: live.objects,
    modified: objects.map((one) => ({ ...one, object: markedByHelm(one.object, live) })),
    hooks,
    older: recordOf(live, revisions),
    records,
    isDue: newest.status !== 'deployed' || live.chart.version !== chart.version,
  };
}

/** What the descriptions of this tool's revisions begin with. */
export const BY_US = 'kubectl istio-upgrade';

/** The Secret of a revision. */
export function recordOf(revision: HelmRevision, revisions: HelmRelease['revisions']): HelmReading['older'] {
  const found = revisions.find((one) => one.revision.revision === revision.revision);
  if (found === undefined) throw new Error(`revision ${revision.revision} of ${revision.release} has no record`);
  return found;
}

/** Every object of either manifest, by reference; what the server serves in no version cannot be there, and is left out of the old one. */
export function helmObjects(
  readings: readonly HelmReading[],
  resources: ApiResources,
): ReadonlyMap<string, HelmObject> {
  return new Map(readings.flatMap((reading) => objectsOfOne(reading, resources)));
}

function objectsOfOne(reading: HelmReading, resources: ApiResources): readonly (readonly [string, HelmObject])[] {
  const { namespace } = reading.operation;
  const byRef = (objects: readonly K8sObject[]) => new Map(objects.map((one) => [refText(refOf(one)), one] as const));
  const original = byRef(servedOnes(reading.original, resources, namespace));
  const modified = byRef(reading.modified.map((one) => servedObject(one, resources, namespace).object));
  return [...new Set([...original.keys(), ...modified.keys()])].map((ref) => {
    const sides = { original: original.get(ref), modified: modified.get(ref) };
    return [ref, { reading, ...withOneSelector(sides, reading.operation.does) }] as const;
  });
}

type Sides = Pick<HelmObject, 'original' | 'modified'>;

/** As the older record will say it once it is rewritten: what the newer one says. */
function withOneSelector({ original, modified }: Sides, { run }: HelmOperation['does']): Sides {
  if (original === undefined || modified === undefined) return { original, modified };
  return run === 'upgrade'
    ? { original: withSelectorOf(original, modified), modified }
    : { original, modified: withSelectorOf(modified, original) };
}

function withSelectorOf(object: K8sObject, other: K8sObject): K8sObject {
  const selector = valueAt(other, 'spec', 'selector');
  if (!WORKLOADS.includes(object.kind) || selector === undefined) return object;
  return { ...object, spec: withValue(objectAt(object.spec), ['selector'], selector) };
}

/** The objects in versions that the server serves; those of kinds that it serves in none are left out. */
export function servedOnes(
  objects: readonly TargetObject[],
  resources: ApiResources,
  namespace: string,
): readonly K8sObject[] {
  return objects.flatMap((one) => {
    try {
      return [servedObject(one, resources, namespace).object];
    } catch {
      return [];
    }
  });
}

/** What the charts have Helm run at certain moments, which this tool has it leave out. */
export function hookMentions(readings: readonly HelmReading[]): readonly Mention[] {
  return readings.flatMap(({ hooks }) =>
    hooks.map(({ object }) => ({
      ref: refOf(object),
      why: `Helm hook for ${hookMoments(object).join(', ')}: Helm is run without hooks`,
    })),
  );
}

/** Whether Helm would run something after an upgrade. */
export function hasUpgradeHooks(readings: readonly HelmReading[]): boolean {
  return readings.some(({ hooks }) => hooks.some(({ object }) => hookMoments(object).includes('post-upgrade')));
}
