import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { type JsonObject, objectAt, valueAt } from '../../src/core/json.ts';
import { annotationsOf, isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { ROOT } from './run.ts';

/** Writes the snapshot of a mesh that was installed from the old fixture release, on a cluster that has long left its API versions behind. */
export function writeReleaseMesh(file: string, besides: readonly K8sObject[] = []): string {
  const rendered = readFileSync(join(ROOT, 'test/release/expected/istio-1.1.17.yaml'), 'utf8');
  const objects = [...parseAllDocuments(rendered)].map((document) => objectAt(document.toJS()));
  const live = objects.filter(isK8sObject).filter((one) => annotationsOf(one)['helm.sh/hook'] === undefined);
  const meshPolicy = {
    apiVersion: 'authentication.istio.io/v1alpha1',
    kind: 'MeshPolicy',
    metadata: { name: 'default', labels: { app: 'security', chart: 'security', heritage: 'Tiller', release: 'istio' } },
    spec: { peers: [{ mtls: { mode: 'PERMISSIVE' } }] },
  };
  const all = [...live.map(asServed), meshPolicy, ...besides];
  writeFileSync(file, all.map((one) => stringify(one)).join('---\n'));
  return file;
}

/** A Deployment of `extensions/v1beta1` selects its pods by all their labels. */
function asServed(object: K8sObject): K8sObject {
  if (object.apiVersion !== 'extensions/v1beta1') return object;
  const spec: JsonObject = objectAt(object.spec);
  const matchLabels = valueAt(spec, 'template', 'metadata', 'labels') ?? {};
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } };
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  const metadata = { ...object.metadata, generation: 1 };
  return { ...object, apiVersion: 'apps/v1', metadata, spec: { ...spec, selector: { matchLabels }, strategy }, status };
}
