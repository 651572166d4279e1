import { refText } from '../../../core/object.ts';
import type { HelmRelease } from '../../../mesh/helm-releases.ts';
import { releaseNamesOf } from '../../../mesh/release-names.ts';
import type { Check, CheckContext, Finding } from '../../../plan/check.ts';
import { HELM3_RECORDS, isInstallerKnown, recordedReleases, releaseText } from './helm-records.ts';

const RECORDS = { labelSelector: 'OWNER=TILLER', isMetadataOnly: true, isOptional: true } as const;
const CONFIG_MAP = { group: '', kind: 'ConfigMap', ...RECORDS };
const SECRET = { group: '', kind: 'Secret', ...RECORDS };

/** A control plane of which Tiller keeps the record; `heritage: Tiller` is no proof, `helm template` writes it too. */
export const installedByHelm2: Check = {
  id: 'installed-by-helm2',
  severity: 'blocker',
  docs: 'https://helm.sh/docs/topics/v2_v3_migration/',
  explain: `Tiller, the server of Helm 2, keeps a record of every release that it installed: ConfigMaps (or Secrets) labelled OWNER=TILLER, in kube-system or wherever Tiller runs. When somebody else changes the objects, the record stays as it was, and the next helm upgrade or rollback computes its changes from what is no longer true: it reverts fields, or fails on objects that it does not know.
Helm's way and kubectl's way exclude each other, so the upgrade does not begin. kubectl get configmap -n kube-system -l OWNER=TILLER shows the records. There are two ways out. Convert the release with Helm's 2to3 plugin (helm 2to3 convert) and upgrade it with Helm 3. Or give the release up: go on with --ignore installed-by-helm2, and afterwards delete the records, never the release (helm delete would take Istio away).`,
  // Tiller runs in kube-system unless somebody put it elsewhere, and not everybody may list everywhere.
  reads: [
    ...[CONFIG_MAP, SECRET].flatMap((kind) => [kind, { ...kind, namespace: 'kube-system' } as const]),
    ...HELM3_RECORDS,
  ],
  find(context) {
    const { mesh } = context;
    const converted = recordedReleases(mesh, 'helm').map(({ current }) => current.name);
    const findings = recordedReleases(mesh, 'tiller').map((release) => findingOf(release, converted));
    return [...findings, ...unknown(context)];
  },
};

function findingOf(release: HelmRelease, converted: readonly string[]): Finding {
  const { record, name } = release.current;
  const what = `${refText(record)}: Helm 2's Tiller keeps release "${name}" (${releaseText(release)})`;
  if (converted.includes(name))
    return {
      ref: record,
      severity: 'note',
      message: `${what}, which Helm 3 has a record of as well`,
      hint: `if it was converted, take Tiller's records away: helm 2to3 cleanup --name ${name}`,
    };
  return {
    ref: record,
    message: `${what}; manifests that are applied beside it make its record untrue`,
    hint: `convert it (helm 2to3 convert ${name}) and upgrade it with Helm 3; or go kubectl's way, with the release given up: --ignore installed-by-helm2`,
  };
}

function unknown({ mesh, isUnread }: CheckContext): readonly Finding[] {
  if (!isUnread(CONFIG_MAP) || isInstallerKnown(mesh)) return [];
  return releaseNamesOf(mesh).map((name) => ({
    severity: 'note',
    message: `whether Helm 2 installed release "${name}" is unknown: ConfigMaps, in which Tiller keeps its records, may not be listed in all namespaces`,
    hint: 'look yourself (helm list with Helm 2), or ask for the right to list them',
  }));
}
