import { isObject, type Json, type JsonObject, listAt, objectAt, sameJson, valueAt } from '../core/json.ts';
import { type K8sObject, type ObjectRef, refOf } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { SDS_SECURITY_CONTEXT } from './overwritten.ts';
import { nameOf, type PodTemplate, podSpecOf, podTemplateOf, withField, withKeys } from './pod-template.ts';
import { isRewritten, PROBES } from './probers.ts';

export interface Grafted {
  /** The original with what injection adds. */
  readonly object: K8sObject;
  /** What was added or changed, as paths in the pod spec, and annotations; nothing when the injector added no container. */
  readonly added: readonly string[];
  /** Where what injection sets and what the workload has do not go together. */
  readonly problems: readonly Problem[];
}

interface Part {
  readonly keys: Readonly<Record<string, Json>>;
  readonly added: readonly string[];
  readonly problems?: readonly Problem[];
}

/**
 * Takes from an injector's answer what injection adds or changes, and leaves the rest of it: an injector drops every field that its own
 * types do not know, and writes empty ones. The inventory is that of kube-inject 1.1 and 1.2 (pilot/pkg/kube/inject/inject.go:792-816@1.2.10).
 * @param original the workload without a sidecar, with all its fields
 * @param injected what the injector made of it
 */
export function graft(original: K8sObject, injected: K8sObject): Grafted {
  const template = podTemplateOf(original);
  const [spec, answer] = [podSpecOf(original), podSpecOf(injected)];
  const containers = grafted(spec, answer, 'containers');
  if (template === undefined || containers.added.length === 0) return { object: original, added: [], problems: [] };
  const ref = refOf(original);
  const parts: readonly Part[] = [
    grafted(spec, answer, 'initContainers'),
    withProbes(containers, listAt(answer.containers)),
    grafted(spec, answer, 'volumes'),
    grafted(spec, answer, 'imagePullSecrets'),
    dnsConfig(spec, answer, ref),
    securityContext(spec, answer, ref),
  ];
  const next = withField(original, template.spec, withKeys(spec, Object.assign({}, ...parts.map(({ keys }) => keys))));
  const annotated = withAnnotations(next, injected, template);
  return {
    object: annotated.object,
    added: [...parts.flatMap(({ added }) => added), ...annotated.added],
    problems: parts.flatMap(({ problems = [] }) => problems),
  };
}

/** The items of the answer that the original does not have, by name, behind its own. */
function grafted(spec: JsonObject, answer: JsonObject, list: string): Part {
  const own = listAt(spec[list]);
  const names = new Set(own.map(nameOf));
  const extra = listAt(answer[list]).filter((item) => !names.has(nameOf(item)));
  if (extra.length === 0) return { keys: {}, added: [] };
  return { keys: { [list]: [...own, ...extra] }, added: extra.map((item) => `${list}[name="${nameOf(item)}"]`) };
}

/** HTTP probes that the answer lets the sidecar ask; what else the original probe has stays. */
function withProbes({ keys, added }: Part, answers: readonly Json[]): Part {
  const changed: string[] = [];
  const containers = listAt(keys.containers).map((container) => {
    const answer = answers.find((one) => nameOf(one) === nameOf(container));
    if (!isObject(container) || !isObject(answer) || container === answer) return container;
    const probes = PROBES.filter(([field]) => isRewritten(answer[field]) && isObject(container[field]));
    changed.push(...probes.map(([field]) => `containers[name="${nameOf(container)}"].${field}`));
    return withKeys(
      container,
      Object.fromEntries(probes.map(([field]) => [field, asking(container[field], answer[field])])),
    );
  });
  return { keys: { ...keys, containers }, added: [...added, ...changed] };
}

function asking(probe: Json | undefined, answer: Json | undefined): JsonObject {
  const action = objectAt(valueAt(answer, 'httpGet'));
  return { ...objectAt(probe), httpGet: { ...objectAt(valueAt(probe, 'httpGet')), ...action } };
}

/** A workload's own `dnsConfig` stays: kube-inject would take it out even where its template has none. */
function dnsConfig({ dnsConfig: own }: JsonObject, { dnsConfig: wanted }: JsonObject, ref: ObjectRef): Part {
  if (!isObject(wanted) || sameJson(own, wanted)) return { keys: {}, added: [] };
  if (own === undefined) return { keys: { dnsConfig: wanted }, added: ['dnsConfig'] };
  const message = `its own dnsConfig is kept; the injector would set ${JSON.stringify(wanted)}`;
  const hint = "add the search domains to the workload's dnsConfig if it calls services by those names";
  return { keys: {}, added: [], problems: [{ id: 'dns-config-kept', severity: 'warning', ref, message, hint }] };
}

/** Under SDS the group is what the proxy needs to read its token; kube-inject would drop the rest of the workload's own. */
function securityContext(spec: JsonObject, answer: JsonObject, ref: ObjectRef): Part {
  const own = objectAt(spec.securityContext);
  if (!sameJson(answer.securityContext, SDS_SECURITY_CONTEXT) || own.fsGroup === SDS_SECURITY_CONTEXT.fsGroup)
    return { keys: {}, added: [] };
  const part = { keys: { securityContext: { ...own, ...SDS_SECURITY_CONTEXT } }, added: ['securityContext.fsGroup'] };
  if (own.fsGroup === undefined) return part;
  const message = `securityContext.fsGroup ${own.fsGroup} becomes 1337, so that the sidecar can read its token; volumes change their group`;
  return { ...part, problems: [{ id: 'fs-group-changed', severity: 'warning', ref, message }] };
}

/** Annotations that the answer has and the original has not: the status annotation. */
function withAnnotations(original: K8sObject, injected: K8sObject, { statusMetadata, metadata }: PodTemplate) {
  const added: string[] = [];
  let object = original;
  for (const path of new Set([statusMetadata, metadata])) {
    const own = objectAt(valueAt(object, ...path, 'annotations'));
    const extra = Object.entries(objectAt(valueAt(injected, ...path, 'annotations'))).filter(
      ([key, value]) => value !== undefined && own[key] === undefined,
    );
    if (extra.length === 0) continue;
    added.push(...extra.map(([key]) => `annotations["${key}"]`));
    object = withField(object, [...path, 'annotations'], { ...own, ...Object.fromEntries(extra) });
  }
  return { object, added };
}
