import { type K8sObject, refOf, refText } from '../../../core/object.ts';
import type { HelmRelease } from '../../../mesh/helm-releases.ts';
import { releaseNamesOf } from '../../../mesh/release-names.ts';
import type { Check, CheckContext, Finding } from '../../../plan/check.ts';
import {
  annotatedRelease,
  HELM3_RECORDS,
  isInstallerKnown,
  isPending,
  recordedReleases,
  releaseText,
  workloadsOf,
} from './helm-records.ts';

const SECRET = { group: '', kind: 'Secret' };
const WAYS = 'upgrade it with Helm (--strategy helm), or give the release up with --ignore installed-by-helm3';

/** A control plane that is a release of Helm 3's (or newer), by its records or by what it annotates objects with. */
export const installedByHelm3: Check = {
  id: 'installed-by-helm3',
  severity: 'blocker',
  docs: 'https://helm.sh/docs/topics/advanced/#storage-backends',
  explain: `Helm 3 keeps a record of every revision of a release beside it: Secrets (or ConfigMaps, with HELM_DRIVER=configmap) labelled owner=helm in the control plane's namespace. Applying other manifests beside a release makes its record untrue: the next helm upgrade merges from a state that is gone, and helm rollback or helm uninstall works on objects of another version.
Helm's way and kubectl's way exclude each other, so kubectl's does not begin on such a mesh. helm list -n istio-system shows the release; a status of pending-upgrade or pending-rollback means that Helm is at work or was cut off, which helm rollback settles first. Upgrade the release with Helm. Or give it up: go on with --ignore installed-by-helm3, and afterwards delete its records, not the release. Listing Secrets wants a right that not everybody has; only their labels are read.`,
  reads: HELM3_RECORDS,
  find(context) {
    const { mesh } = context;
    const recorded = recordedReleases(mesh, 'helm');
    const names = recorded.map(({ current }) => current.name);
    const annotated = workloadsOf(mesh).filter((workload) => {
      const release = annotatedRelease(workload);
      return release !== undefined && !names.includes(release) && context.isUnread(SECRET);
    });
    return [...recorded.map(findingOf), ...byAnnotation(annotated), ...unknown(context)];
  },
};

function findingOf(release: HelmRelease): Finding {
  const { record, name } = release.current;
  return {
    ref: record,
    message: `${refText(record)}: Helm keeps release "${name}" (${releaseText(release)}); manifests that are applied beside it make its record untrue`,
    hint: isPending(release) ? `let Helm finish, or settle it (helm rollback ${name}), then ${WAYS}` : WAYS,
  };
}

function byAnnotation(workloads: readonly K8sObject[]): readonly Finding[] {
  const byRelease = Map.groupBy(workloads, (workload) => annotatedRelease(workload) ?? '');
  return [...byRelease].flatMap(([name, [first]]) => {
    if (first === undefined) return [];
    const ref = refOf(first);
    const message = `${refText(ref)}: annotation meta.helm.sh/release-name says that Helm installed it as release "${name}"; Helm's records may not be read`;
    return [{ ref, message, hint: `see how it stands (helm status ${name}), then ${WAYS}` }];
  });
}

function unknown({ mesh, isUnread }: CheckContext): readonly Finding[] {
  if (!isUnread(SECRET) || isInstallerKnown(mesh)) return [];
  return releaseNamesOf(mesh).map((name) => ({
    severity: 'note',
    message: `whether Helm installed release "${name}" is unknown: Secrets, in which it keeps its records, may not be listed`,
    hint: `look yourself (helm list --all -n ${mesh.istioNamespace}), or ask for the right to list Secrets there`,
  }));
}
