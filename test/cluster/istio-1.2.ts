import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { listAt, objectAt, stringAt, valueAt } from '../../src/core/json.ts';
import { annotationsOf, isK8sObject, type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { istioData } from './harness/binaries.ts';
import type { ControlPlaneManifest } from './harness/istio-manifests.ts';

/** Istio 1.2.0's files as one passes them to `-f`, and what they hold. */
export interface Release {
  readonly flags: readonly string[];
  readonly crds: readonly K8sObject[];
  /** Without hooks and empty certificate bundles. */
  readonly controlPlane: readonly K8sObject[];
  /** What its post-install Job would apply. */
  readonly customResources: readonly K8sObject[];
}

export function release12(manifest: ControlPlaneManifest): Release {
  const data = istioData();
  if (data === undefined) throw new Error('no Istio releases: set ISTIO_DATA');
  const folder = path.join(data, 'istio-1.2.0');
  const files = readdirSync(path.join(folder, 'crds')).filter((name) => /^crd-1\d\.yaml$/.test(name));
  const crds = files.flatMap((name) => objectsIn(readFileSync(path.join(folder, 'crds', name), 'utf8')));
  const controlPlane = objectsIn(readFileSync(path.join(folder, manifest), 'utf8')).filter(
    (object) => annotationsOf(object)['helm.sh/hook'] === undefined,
  );
  const configMap = controlPlane.find(({ metadata }) => metadata.name === 'istio-security-custom-resources');
  return {
    flags: [...files.flatMap((name) => ['-f', path.join(folder, 'crds', name)]), '-f', path.join(folder, manifest)],
    crds: [...new Map(crds.map((crd) => [refText(refOf(crd)), crd])).values()],
    controlPlane: controlPlane.map(withoutEmptyBundles),
    customResources: objectsIn(stringAt(valueAt(configMap, 'data', 'custom-resources.yaml')) ?? ''),
  };
}

function objectsIn(text: string): readonly K8sObject[] {
  return [...parseAllDocuments(text, { version: '1.1' })].map((document) => document.toJS()).filter(isK8sObject);
}

function withoutEmptyBundles(object: K8sObject): K8sObject {
  if (object.webhooks === undefined) return object;
  const webhooks = listAt(object.webhooks).map((webhook) => {
    const { caBundle: _empty, ...clientConfig } = objectAt(valueAt(webhook, 'clientConfig'));
    return { ...objectAt(webhook), clientConfig };
  });
  return { ...object, webhooks };
}
