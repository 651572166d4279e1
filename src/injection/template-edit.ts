import { type Json, valueAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { differences } from '../fields/differences.ts';
import { type FieldSet, isEmpty, union } from '../fields/field-set.ts';
import { onlyFields } from '../fields/prune.ts';
import { withServerDefaults } from './original.ts';
import { podTemplateOf, withField } from './pod-template.ts';

/** What makes one pod template of another: single fields, so that everything else stays its owners'. */
export interface TemplateEdit {
  /** Identity, and what is new or different. */
  readonly set: K8sObject;
  /** What goes, in FieldsV1 notation. */
  readonly remove: FieldSet;
}

// Who restarted the workload, and for what: no manifest has these, and they are no reason to change anything.
const KEPT = /^(?:kubectl\.kubernetes\.io\/restartedAt|istio-upgrade\/.*)$/;

/**
 * The difference between a live workload's pod template and the one that it shall have. What a workload is besides (its labels, its scale,
 * its strategy) is not looked at. Items of keyed lists are told apart by their keys; other lists go as a whole.
 * @returns undefined where there is none, what the server fills in aside
 */
export function templateEdit(live: K8sObject, wanted: K8sObject): TemplateEdit | undefined {
  const before = templateOf(withServerDefaults(live));
  const after = withKept(templateOf(withServerDefaults(inVersionOf(live, wanted))), before);
  const { added, modified, removed } = differences(before, after);
  const changed = union(added, modified);
  if (isEmpty(changed) && isEmpty(removed)) return undefined;
  return { set: onlyFields(after, changed), remove: removed };
}

function inVersionOf({ apiVersion }: K8sObject, wanted: K8sObject): K8sObject {
  return { ...wanted, apiVersion };
}

/** The parts that injection is about, under the workload's name. */
function templateOf(workload: K8sObject): K8sObject {
  const { apiVersion, kind } = workload;
  const { name, namespace } = workload.metadata;
  const identity = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  const template = podTemplateOf(workload);
  if (template === undefined) return identity;
  const { metadata, spec, statusMetadata } = template;
  const paths = [[...metadata, 'labels'], [...metadata, 'annotations'], spec, [...statusMetadata, 'annotations']];
  return paths.reduce<K8sObject>((all, path) => {
    const value: Json | undefined = valueAt(workload, ...path);
    return value === undefined || value === null ? all : withField(all, path, value);
  }, identity);
}

function withKept(after: K8sObject, before: K8sObject): K8sObject {
  const template = podTemplateOf(after);
  if (template === undefined) return after;
  const path = [...template.metadata, 'annotations'];
  const own = valueAt(before, ...path);
  const kept = Object.entries(typeof own === 'object' && own !== null ? own : {}).filter(([key]) => KEPT.test(key));
  return kept.reduce((all, [key, value]) => withField(all, [...path, key], value), after);
}
