import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type JsonObject, objectAt, stringAt, valueAt } from '../../../src/core/json.ts';
import { annotationsOf, isK8sObject, type K8sObject } from '../../../src/core/object.ts';
import { istioData } from './binaries.ts';

export type ControlPlaneManifest = 'control-plane.yaml' | 'control-plane-mtls.yaml';

/** Istio 1.1.17 as a cluster has it: what its hook would have created is among the rest, and no hook is. */
export interface IstioManifests {
  readonly crds: readonly K8sObject[];
  readonly controlPlane: readonly K8sObject[];
  /** What Job istio-security-post-install applies: MeshPolicy `default`, and with mTLS the mesh-wide DestinationRules. */
  readonly customResources: readonly K8sObject[];
}

const POST_INSTALL = { configMap: 'istio-security-custom-resources', key: 'custom-resources.yaml' } as const;
const MAX_INT32 = 2147483647;

/** @throws Error when there is no data directory, or a file of it is not as it should be */
export function istioManifests(controlPlane: ControlPlaneManifest): IstioManifests {
  const objects = documents(`istio-1.1.17/${controlPlane}`);
  const configMap = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === POST_INSTALL.configMap,
  );
  const customResources = stringAt(valueAt(configMap, 'data', POST_INSTALL.key));
  if (customResources === undefined) throw new Error(`${controlPlane} has no ConfigMap ${POST_INSTALL.configMap}`);
  return {
    crds: [...documents('istio-1.1.17/crds/crd-10.yaml'), ...documents('istio-1.1.17/crds/crd-11.yaml')],
    controlPlane: objects.filter((object) => annotationsOf(object)['helm.sh/hook'] === undefined),
    customResources: objectsIn(customResources),
  };
}

/** What a server that knows `extensions/v1beta1` no more has of such a Deployment: `apps/v1`, with the old API's defaults. */
export function storedToday(object: K8sObject): K8sObject {
  if (object.kind !== 'Deployment' || object.apiVersion !== 'extensions/v1beta1') return object;
  const spec = objectAt(object.spec);
  const matchLabels = objectAt(valueAt(spec, 'template', 'metadata', 'labels'));
  return {
    ...object,
    apiVersion: 'apps/v1',
    spec: {
      selector: { matchLabels },
      revisionHistoryLimit: MAX_INT32,
      progressDeadlineSeconds: MAX_INT32,
      ...spec,
      strategy: strategyWithDefaults(objectAt(spec.strategy)),
    },
  };
}

function strategyWithDefaults(strategy: JsonObject): JsonObject {
  if (strategy.type !== undefined && strategy.type !== 'RollingUpdate') return strategy;
  return { ...strategy, rollingUpdate: { maxUnavailable: 1, maxSurge: 1, ...objectAt(strategy.rollingUpdate) } };
}

function documents(file: string): readonly K8sObject[] {
  const directory = istioData();
  if (directory === undefined) throw new Error('no Istio releases: set ISTIO_DATA');
  return objectsIn(readFileSync(path.join(directory, file), 'utf8'));
}

function objectsIn(text: string): readonly K8sObject[] {
  const objects: K8sObject[] = [];
  for (const document of parseAllDocuments(text, { version: '1.1' })) {
    for (const error of document.errors) throw error;
    const object = document.toJS();
    if (isK8sObject(object)) objects.push(object);
    else if (object !== null) throw new Error(`not an object: ${JSON.stringify(object).slice(0, 200)}`);
  }
  return objects;
}
