import { isObject, type Json, objectAt, sameJson, valueAt } from '../core/json.ts';
import { LAST_APPLIED } from '../core/last-applied.ts';
import type { K8sObject } from '../core/object.ts';

export interface Pair {
  readonly before: K8sObject | undefined;
  readonly after: K8sObject | undefined;
}

const MASK = '***';
const VALUES = ['data', 'stringData'];

/**
 * Two states of an object with the values of a Secret hidden as `kubectl diff` hides them: `***`, and `*** (before)` and
 * `*** (after)` where they differ. Other kinds are returned as they are.
 */
export function maskSecrets(before: K8sObject | undefined, after: K8sObject | undefined): Pair {
  return { before: masked(before, after, 'before'), after: masked(after, before, 'after') };
}

function masked(own: K8sObject | undefined, other: K8sObject | undefined, side: string): K8sObject | undefined {
  if (own === undefined || own.kind !== 'Secret' || own.apiVersion !== 'v1') return own;
  let metadata = own.metadata;
  const annotations = objectAt(metadata.annotations);
  if (annotations[LAST_APPLIED] !== undefined) {
    const copy = maskValue(annotations[LAST_APPLIED], valueAt(other, 'metadata', 'annotations', LAST_APPLIED), side);
    metadata = { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: copy } };
  }
  const values = VALUES.filter((key) => own[key] !== undefined);
  const hidden = values.map((key) => [key, maskValues(own[key] ?? null, other?.[key], side)]);
  return { ...own, ...Object.fromEntries(hidden), metadata };
}

function maskValues(own: Json, other: Json | undefined, side: string): Json {
  if (!isObject(own)) return maskValue(own, other, side);
  const values = Object.entries(own).map(([key, value]) => [key, maskValue(value, valueAt(other, key), side)]);
  return Object.fromEntries(values);
}

function maskValue(own: Json | undefined, other: Json | undefined, side: string): string {
  return other === undefined || sameJson(own, other) ? MASK : `${MASK} (${side})`;
}
