import { lastAppliedOf } from '../../../core/last-applied.ts';
import { annotationsOf, type K8sObject } from '../../../core/object.ts';
import { find } from '../../../core/snapshot.ts';
import { gitopsOwnerOf } from '../../../mesh/gitops-owner.ts';
import { type HelmRelease, type HelmRevision, helmReleaseOf, helmRevisionsOf } from '../../../mesh/helm-releases.ts';
import type { Mesh } from '../../../mesh/mesh.ts';
import { releaseNamesOf } from '../../../mesh/release-names.ts';
import type { CheckRead } from '../../../plan/check.ts';

const OF_HELM = { labelSelector: 'owner=helm', namespace: 'istio', isMetadataOnly: true, isOptional: true } as const;

/** Where Helm 3 and newer keep their records: Secrets, or ConfigMaps for who said so. Their labels are enough. */
export const HELM3_RECORDS: readonly CheckRead[] = ['Secret', 'ConfigMap'].map((kind) => ({
  group: '',
  kind,
  ...OF_HELM,
}));

/** What Helm's records say of the control plane's releases: how each stands, as Tiller has it or Helm 3. */
export function recordedReleases(mesh: Mesh, by: HelmRevision['by']): readonly HelmRelease[] {
  const names = releaseNamesOf(mesh);
  const revisions = helmRevisionsOf(mesh.snapshot, names).filter((revision) => revision.by === by);
  return names.flatMap((name) => helmReleaseOf(revisions.filter((revision) => revision.name === name)) ?? []);
}

/** Whether anything tells who installed the control plane: a record of Helm's, its annotation, kubectl's, a GitOps tool's mark. */
export function isInstallerKnown(mesh: Mesh): boolean {
  const revisions = helmRevisionsOf(mesh.snapshot, releaseNamesOf(mesh));
  return revisions.length > 0 || workloadsOf(mesh).some(tellsInstaller);
}

export function workloadsOf({ components, snapshot }: Mesh): readonly K8sObject[] {
  return components.flatMap(({ ref }) => find(snapshot, ref) ?? []);
}

/** The release that Helm 3.2 and newer annotate each object with. */
export function annotatedRelease(object: K8sObject): string | undefined {
  return annotationsOf(object)['meta.helm.sh/release-name'];
}

function tellsInstaller(workload: K8sObject): boolean {
  return (
    annotatedRelease(workload) !== undefined ||
    lastAppliedOf(workload) !== undefined ||
    gitopsOwnerOf(workload) !== undefined
  );
}

/** `revision 2, deployed; revision 3, pending-upgrade: Helm is at work, or was cut off` */
export function releaseText({ current, tried }: HelmRelease): string {
  return [current, ...(tried === undefined ? [] : [tried])].map(revisionText).join('; ');
}

/** Whether the newest revision is one that Helm has not done with. */
export function isPending({ current, tried }: HelmRelease): boolean {
  return (tried ?? current).status.startsWith('pending-');
}

function revisionText({ revision, status }: HelmRevision): string {
  return `revision ${revision}, ${status}${status.startsWith('pending-') ? ': Helm is at work, or was cut off' : ''}`;
}
