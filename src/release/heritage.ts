import { type JsonObject, valueAt, withValue } from '../core/json.ts';

// Where Kubernetes keeps labels, and selectors of labels, in what charts install.
const LABELS: readonly (readonly string[])[] = [
  ['metadata', 'labels'],
  ['spec', 'template', 'metadata', 'labels'],
  ['spec', 'jobTemplate', 'metadata', 'labels'],
  ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'labels'],
  ['spec', 'selector', 'matchLabels'],
  ['spec', 'podSelector', 'matchLabels'],
];
/** What every Helm since 3 says. */
const HELM = 'Helm';

/**
 * The object with the label `heritage` that the live objects carry, where Helm wrote its own: with another one, pods would not fit the live
 * selectors, which cannot be changed. Labels, pod templates and selectors only; texts are nobody's labels.
 * @param heritage what Helm 2 wrote: `Tiller`
 * @returns the same object where nothing is to be changed
 */
export function withHeritage(object: JsonObject, heritage: string): JsonObject {
  if (heritage === HELM) return object;
  const paths = [...LABELS, ...(object.kind === 'Service' ? [['spec', 'selector']] : [])];
  return paths.reduce(
    (changed, path) =>
      valueAt(changed, ...path, 'heritage') === HELM ? withValue(changed, [...path, 'heritage'], heritage) : changed,
    object,
  );
}
