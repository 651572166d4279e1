import { type ApiError, EXIT, UpgradeError } from '../core/errors.ts';
import type { K8sObject } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResources } from '../core/resources.ts';
import type { Strategy } from '../core/strategy.ts';
import { installedPilot } from '../mesh/installed-pilot.ts';
import { listUnlessForbidden } from './list-unless-forbidden.ts';
import type { Cluster, HelmRecords, HelmReleases, HelmRevision } from './ports.ts';

export interface HelmRequest {
  readonly strategy: Strategy;
  readonly records: HelmRecords;
  /** Helm with the charts of the target; without it, why there is none. */
  readonly helm: HelmReleases | { readonly why: string; readonly hint: string };
}

/** A release of Helm's: the records of its revisions, the newest first, and the one that is live. */
export interface HelmRelease {
  readonly live: HelmRevision;
  readonly revisions: readonly { readonly revision: HelmRevision; readonly secret: K8sObject }[];
}

/** Whose the control plane is, and how it is therefore upgraded. */
export type Installation =
  | { readonly way: 'kubectl'; readonly problems: readonly Problem[] }
  | {
      readonly way: 'helm';
      readonly helm: HelmReleases;
      readonly records: HelmRecords;
      readonly controlPlane: HelmRelease;
      /** The release `istio-init`, whose Jobs apply the CustomResourceDefinitions. */
      readonly crds: HelmRelease | undefined;
      readonly problems: readonly Problem[];
    };

/**
 * Finds out which installer keeps a record of the control plane, and decides how it is upgraded.
 * @param resources at least the core group's
 * @throws UpgradeError (exit 3) when Helm's way is asked for and Helm has no release of the control plane
 */
export async function readInstallation(
  { strategy, records, helm }: HelmRequest,
  { cluster, resources }: Omit<Reading, 'records'>,
  istioNamespace: string,
): Promise<Installation> {
  const found = await readReleases({ cluster, resources, records }, istioNamespace);
  const { controlPlane, crds } = found.releases;
  if (controlPlane === undefined) {
    if (strategy === 'helm') throw noRelease(istioNamespace, found.problems);
    // Where there was a choice, it is told.
    const told = 'run' in helm && found.problems.length === 0 ? [nobodys(istioNamespace)] : [];
    return { way: 'kubectl', problems: [...found.problems, ...told] };
  }
  if (strategy === 'kubectl' || !('run' in helm)) {
    const blocker = ownedByHelm(controlPlane.live, 'run' in helm ? undefined : helm);
    return { way: 'kubectl', problems: [...found.problems, blocker] };
  }
  const problems = [...found.problems, picked(controlPlane.live), ...whyNotByHelm(controlPlane)];
  return { way: 'helm', helm, records, controlPlane, crds, problems };
}

interface Reading {
  readonly cluster: Cluster;
  readonly resources: ApiResources;
  readonly records: HelmRecords;
}

export interface Releases {
  readonly controlPlane: HelmRelease | undefined;
  readonly crds: HelmRelease | undefined;
}

/** The releases of the control plane's namespace: the one that installed Pilot, and `istio-init`. A list that may not be read is a note. */
export async function readReleases(
  { cluster, resources, records }: Reading,
  istioNamespace: string,
): Promise<{ readonly releases: Releases; readonly problems: readonly Problem[] }> {
  const query = { namespace: istioNamespace, labelSelector: 'owner=helm' };
  const secrets = await listUnlessForbidden(cluster, resources, { kind: { group: '', kind: 'Secret' }, query });
  if ('forbidden' in secrets) {
    const releases = { controlPlane: undefined, crds: undefined };
    return { releases, problems: [unknown("Helm's records, which are Secrets,", secrets.forbidden)] };
  }
  const kept = secrets.filter(({ type }) => type === 'helm.sh/release.v1');
  const revisions = kept.map((secret) => ({ secret, revision: records.read(secret) }));
  const releases = [...Map.groupBy(revisions, ({ revision }) => revision.release).values()].flatMap(releaseOf);
  const controlPlane = releases.find(({ live }) => {
    const objects = live.objects.map(({ object }) => object);
    return installedPilot(objects, istioNamespace) !== undefined;
  });
  return {
    releases: { controlPlane, crds: releases.find(({ live }) => live.chart.name === 'istio-init') },
    problems: [],
  };
}

function unknown(what: string, { message, hint }: ApiError): Problem {
  return {
    id: 'installer-unknown',
    severity: 'note',
    message: `${what} may not be read, so whether Helm installed the control plane is unknown, and it is upgraded kubectl's way: ${message}`,
    hint,
  };
}

/** As `helm upgrade` finds it: the newest revision that is deployed, else the newest. */
function releaseOf(revisions: HelmRelease['revisions']): readonly HelmRelease[] {
  const newestFirst = [...revisions].sort((a, b) => b.revision.revision - a.revision.revision);
  const live = newestFirst.find(({ revision }) => revision.status === 'deployed') ?? newestFirst[0];
  if (live === undefined || live.revision.status === 'uninstalled') return [];
  return [{ live: live.revision, revisions: newestFirst }];
}

function noRelease(istioNamespace: string, problems: readonly Problem[]): UpgradeError {
  const [why] = problems;
  return new UpgradeError(`--strategy helm: Helm 3 has no release of the control plane in ${istioNamespace}`, {
    hint: why?.message ?? "a release that nobody owns is upgraded kubectl's way: --strategy kubectl, or no --strategy",
    exit: EXIT.blocked,
  });
}

function releaseText({ release, namespace, revision, chart }: HelmRevision): string {
  return `release ${release} in ${namespace} (revision ${revision}, chart ${chart.name}-${chart.version})`;
}

function nobodys(istioNamespace: string): Problem {
  const message = `kubectl's way: Helm 3 keeps no record of the control plane in ${istioNamespace}`;
  return { id: 'kubectls-way', severity: 'note', message };
}

function picked(live: HelmRevision): Problem {
  const message = `Helm's way: the control plane belongs to Helm's ${releaseText(live)}, and helm upgrade is what changes it`;
  return { id: 'helms-way', severity: 'note', message };
}

function ownedByHelm(
  live: HelmRevision,
  missing: { readonly why: string; readonly hint: string } | undefined,
): Problem {
  const giveUp = "kubectl's way, with the release given up: --strategy kubectl --ignore installed-by-helm3";
  return {
    id: 'installed-by-helm3',
    severity: 'blocker',
    message: `the control plane belongs to Helm's ${releaseText(live)}: what is written past Helm, its next upgrade takes back${missing === undefined ? '' : `; Helm's way is not open: ${missing.why}`}`,
    hint: missing === undefined ? `go Helm's way (--strategy helm), or ${giveUp}` : `${missing.hint}; or ${giveUp}`,
  };
}

/** States of a release in which Helm would refuse, or do something else than what this plan computes. */
function whyNotByHelm({ live, revisions }: HelmRelease): readonly Problem[] {
  const newest = revisions[0]?.revision ?? live;
  if (newest.status.startsWith('pending-'))
    return [
      {
        id: 'helm-pending',
        severity: 'blocker',
        message: `${releaseText(newest)} is ${newest.status}: another run of Helm is under way, or was cut off`,
        hint: `wait for it; where it was cut off: helm rollback ${newest.release} ${live.revision} --namespace ${newest.namespace}`,
      },
    ];
  if (live.isAppliedByServer)
    return [
      {
        id: 'helm-server-side',
        severity: 'blocker',
        message: `${releaseText(live)} is applied by the server, which this plan cannot predict`,
        hint: 'upgrade it with helm itself, or once with --server-side=false',
      },
    ];
  return [];
}
