import { type JsonObject, objectAt, sameJson, valueAt } from '../core/json.ts';
import { matchesSelector } from '../core/label-selector.ts';
import { type K8sObject, labelsOf } from '../core/object.ts';

/** What becomes of a workload's selector, which cannot be changed. */
export type SelectorDecision =
  | { readonly keep: 'same' }
  /** The new pods match the selector that is there: it stays. */
  | { readonly keep: 'live'; readonly selector: JsonObject }
  /** They do not, but the new selector matches the ReplicaSets that are there: the new object adopts them. */
  | { readonly keep: 'none' }
  | { readonly keep: 'impossible'; readonly why: string };

/**
 * Decides about `spec.selector`, immutable since `apps/v1`. A workload made through `extensions/v1beta1` was given all its pod labels as
 * its selector, and a later release asks for fewer.
 * @param replicaSets those that the live workload controls
 */
export function decideSelector(
  live: K8sObject,
  wanted: K8sObject,
  replicaSets: readonly K8sObject[],
): SelectorDecision {
  const liveSelector = objectAt(valueAt(live, 'spec', 'selector'));
  const newSelector = objectAt(valueAt(wanted, 'spec', 'selector'));
  if (sameJson(liveSelector, newSelector)) return { keep: 'same' };
  const newPods = labelsOf(objectAt(valueAt(wanted, 'spec', 'template')));
  if (matchesSelector(liveSelector, newPods)) return { keep: 'live', selector: liveSelector };
  const adoptable = replicaSets.filter((set) => matchesSelector(newSelector, labelsOf(set)));
  const isAdoptable = live.kind === 'Deployment' && replicaSets.length > 0 && adoptable.length === replicaSets.length;
  if (isAdoptable && matchesSelector(newSelector, newPods)) return { keep: 'none' };
  const selector = JSON.stringify(liveSelector.matchLabels ?? liveSelector);
  return {
    keep: 'impossible',
    why: `its selector ${selector} cannot be changed, does not match the new pods, and the new one does not match what runs`,
  };
}
