import type { K8sObject } from '../core/object.ts';
import { maskSecrets, type Pair } from './mask.ts';
import { type NormaliseOptions, normalise } from './normalise.ts';

/** Two states of an object as anybody may see them: without noise and without secret values. */
export function shownPair(
  before: K8sObject | undefined,
  after: K8sObject | undefined,
  options: NormaliseOptions = {},
): Pair {
  return maskSecrets(normalised(before, options), normalised(after, options));
}

function normalised(object: K8sObject | undefined, options: NormaliseOptions): K8sObject | undefined {
  return object === undefined ? undefined : normalise(object, options);
}
