import { type K8sObject, labelsOf, type ObjectRef, refOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';

/** One revision of a release, as the labels of Helm's record of it tell; what is inside is not needed. */
export interface HelmRevision {
  /** Tiller is the server of Helm 2; since Helm 3 the client keeps the records. */
  readonly by: 'tiller' | 'helm';
  readonly record: ObjectRef;
  readonly name: string;
  readonly revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade`, `deleted` …: in Helm 3's spelling, whoever wrote it. */
  readonly status: string;
}

const KINDS = ['ConfigMap', 'Secret'].map((kind) => ({ group: '', kind }));
const GONE = ['deleted', 'deleting', 'uninstalled', 'uninstalling'];

/**
 * The revisions of releases among a snapshot's ConfigMaps and Secrets, the newest first.
 * @param names of the releases that are meant
 * @see https://github.com/helm/helm/blob/v2.17.0/pkg/storage/driver/cfgmaps.go newConfigMapsObject
 * @see https://github.com/helm/helm/blob/v3.17.2/pkg/storage/driver/secrets.go newSecretsObject
 */
export function helmRevisionsOf(snapshot: Snapshot, names: readonly string[]): readonly HelmRevision[] {
  return KINDS.flatMap((kind) => objectsOf(snapshot, kind))
    .flatMap((record) => revisionOf(record) ?? [])
    .filter(({ name }) => names.includes(name))
    .sort((a, b) => b.revision - a.revision);
}

/** How a release stands. */
export interface HelmRelease {
  /** The newest revision that is deployed, else the newest. */
  readonly current: HelmRevision;
  /** What came of the newest, where that is not the current one: an upgrade that failed or still goes on. */
  readonly tried: HelmRevision | undefined;
}

/**
 * How a release stands by its revisions.
 * @param revisions of one release by one Helm, the newest first
 * @returns undefined where it was deleted, and of none
 */
export function helmReleaseOf(revisions: readonly HelmRevision[]): HelmRelease | undefined {
  const [newest] = revisions;
  const current = revisions.find(({ status }) => status === 'deployed') ?? newest;
  if (current === undefined || GONE.includes(current.status)) return undefined;
  return { current, tried: newest === current ? undefined : newest };
}

function revisionOf(record: K8sObject): HelmRevision | undefined {
  const labels = labelsOf(record);
  if (labels.OWNER === 'TILLER') {
    const { NAME: name = '', VERSION: version, STATUS: status = '' } = labels;
    return { by: 'tiller', record: refOf(record), name, revision: Number(version), status: spelled(status) };
  }
  if (labels.owner !== 'helm') return undefined;
  const { name = '', version, status = '' } = labels;
  return { by: 'helm', record: refOf(record), name, revision: Number(version), status };
}

function spelled(status: string): string {
  return status.toLowerCase().replaceAll('_', '-');
}
