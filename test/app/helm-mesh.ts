import type { HelmPreview, HelmReleases, HelmRevision } from '../../src/app/ports.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { HELM_RECORD_TYPE, withRelease } from '../../src/release/helm-record.ts';
import { deployment, object } from '../objects.ts';

export const PILOT = deployment('istio-system/istio-pilot', { metadata: { labels: { release: 'istio' } } });

export interface RecordParts {
  readonly release?: string;
  readonly revision?: number;
  readonly status?: string;
  readonly description?: string;
  readonly chart?: JsonObject;
  readonly objects?: readonly K8sObject[];
  readonly more?: JsonObject;
}

/** A Secret in which Helm keeps a revision of a release. */
export function record({
  release = 'istio',
  revision = 1,
  status = 'deployed',
  ...parts
}: RecordParts = {}): K8sObject {
  const { objects = [PILOT], chart = { name: 'istio', version: '1.1.0' }, description = 'Install complete' } = parts;
  const secret = object('v1', 'Secret', `istio-system/sh.helm.release.v1.${release}.v${revision}`, {
    metadata: { labels: { owner: 'helm', name: release, status, version: String(revision) } },
    type: HELM_RECORD_TYPE,
  });
  return withRelease(secret, {
    name: release,
    namespace: 'istio-system',
    version: revision,
    info: { status, description },
    chart: { metadata: chart },
    config: { global: { own: 'value' } },
    manifest: objects.map((one) => `---\n${JSON.stringify(one)}\n`).join(''),
    ...parts.more,
  });
}

/** A Helm that would install these objects, and does nothing. */
export function helmInstalling(preview: HelmPreview): HelmReleases & { readonly asked: HelmRevision[] } {
  const asked: HelmRevision[] = [];
  return {
    asked,
    preview: async (_phase, live) => {
      asked.push(live);
      return preview;
    },
    run: async function* () {
      yield 'done';
    },
  };
}
