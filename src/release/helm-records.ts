import type { HelmRecords, HelmRevision } from '../app/ports.ts';
import { editedManifest, manifestObjects } from './helm-manifest.ts';
import { decodeHelmRecord, type HelmRecord, withRelease } from './helm-record.ts';

/** Helm's records as planning reads them. */
export const helmRecords: HelmRecords = {
  read: (secret) => revisionOf(decodeHelmRecord(secret)),
  rewrite: (secret, rewritings) => {
    const { release, manifest } = decodeHelmRecord(secret);
    return withRelease(secret, { ...release, manifest: editedManifest(manifest, rewritings) });
  },
};

function revisionOf({ name, config, release, manifest, chart, ...record }: HelmRecord): HelmRevision {
  const { namespace, revision, status, description } = record;
  return {
    release: name,
    namespace,
    revision,
    status,
    description,
    chart: { name: chart.name, version: chart.version },
    values: config,
    isAppliedByServer: release.apply_method === 'ssa',
    objects: manifestObjects(manifest, `Helm's record of ${name}, revision ${revision}`),
  };
}
