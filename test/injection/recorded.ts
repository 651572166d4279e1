import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isArray, isObject, type Json, type JsonObject, listAt, objectAt } from '../../src/core/json.ts';
import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { podSpecOf, podTemplateOf, withField, withKeys } from '../../src/injection/pod-template.ts';
import { KUBECTL_YAML } from '../../src/yaml/kubectl-yaml.ts';
import { istioData } from '../cluster/harness/binaries.ts';

const data = istioData();
export const skip = data === undefined ? "NOT RUN, no record of Istio's own injections: set ISTIO_DATA" : false;

export interface RecordedCase {
  readonly name: string;
  readonly original: readonly K8sObject[];
  readonly old: readonly K8sObject[];
  readonly next: readonly K8sObject[];
}

/** What istioctl 1.1.17 and 1.2.0 made of the same manifests; none where the record is not there. */
export function recordedCases(): readonly RecordedCase[] {
  if (data === undefined) return [];
  const folder = join(data, 'sidecars');
  return readdirSync(folder).map((name) => ({
    name,
    original: objectsIn(join(folder, name, 'original.yaml')),
    old: objectsIn(join(folder, name, 'injected-1.1.17.yaml')),
    next: objectsIn(join(folder, name, 'injected-1.2.0.yaml')),
  }));
}

export function dataText(path: string): string {
  return readFileSync(join(data ?? '', path), 'utf8');
}

/** The objects of a file; log lines of the program that wrote it may stand in front. */
export function objectsIn(path: string): readonly K8sObject[] {
  const text = readFileSync(path, 'utf8').replaceAll(/^\d{4}-\d\d-\d\dT\S+\t.*\n/gm, '');
  return [...parseAllDocuments(text, KUBECTL_YAML)].flatMap((document) => {
    const value: Json = document.toJS();
    return isK8sObject(value) ? [value] : [];
  });
}

const EMPTY_STRUCTS: ReadonlySet<string> = new Set(['strategy', 'updateStrategy', 'resources', 'metadata']);

/** The object without what Go's types write for fields that nobody set. */
export function semantic(value: K8sObject): JsonObject {
  const { status: _, ...rest } = value;
  return withoutEmpty(rest);
}

function withoutEmpty(object: JsonObject): JsonObject {
  const entries = Object.entries(object).flatMap(([key, value]) => {
    const next = meaning(value ?? null);
    const isNothing = next === null || (EMPTY_STRUCTS.has(key) && isObject(next) && Object.keys(next).length === 0);
    return isNothing || (key === 'status' && isObject(next)) ? [] : [[key, next] as const];
  });
  return Object.fromEntries(entries);
}

function meaning(value: Json): Json {
  if (isArray(value)) return value.map(meaning);
  return isObject(value) ? withoutEmpty(value) : value;
}

/** Fields that no release of that time knew. */
export function withNewFields(workload: K8sObject): K8sObject {
  const template = podTemplateOf(workload);
  const spec = podSpecOf(workload);
  assert.ok(template);
  const containers = listAt(spec.containers).map((one) =>
    isObject(one) && one.name !== 'istio-proxy' ? { ...one, startupProbe: { tcpSocket: { port: 80 } } } : one,
  );
  const extra: JsonObject = {
    containers,
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
    securityContext: { ...objectAt(spec.securityContext), seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } }, ...listAt(spec.volumes)],
  };
  return withField(workload, template.spec, withKeys(spec, extra));
}
