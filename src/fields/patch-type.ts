import { listTypesOf } from './built-in-types.ts';

/** How a strategic merge patch treats the value at one place of an object; items of a list have the type of the list. */
export interface PatchType {
  /** A list is one value, or merged by value, or by one key of its items. */
  readonly list: 'atomic' | 'set' | { readonly key: string };
  /** A map is one value. */
  readonly isReplaced: boolean;
  /** Of a map that changes, what the manifest does not name goes. */
  readonly retainsKeys: boolean;
  readonly field: (name: string) => PatchType;
}

/**
 * The patch type of a built-in kind's root. Lists are merged by the first of the keys that server-side apply tells their items apart by
 * (`patchMergeKey`), and maps by key, selectors too.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.20.2/staging/src/k8s.io/api/core/v1/types.go the `patchStrategy` tags
 */
export function patchTypeOf(kind: string): PatchType {
  return typeAt(kind, []);
}

// `patchStrategy:"retainKeys"`: of an update strategy and of a volume's sources one excludes the others.
function retainsKeys(kind: string, name: string): boolean {
  return (kind === 'Deployment' && name === 'spec.strategy') || /(?:^|\.)spec\.volumes$/.test(name);
}

function typeAt(kind: string, path: readonly string[]): PatchType {
  const name = path.join('.');
  const list = listTypesOf(kind).lists.get(name) ?? 'atomic';
  const [key] = typeof list === 'string' ? [] : list;
  return {
    list: typeof list === 'string' ? list : key === undefined ? 'atomic' : { key },
    isReplaced: kind === 'PodDisruptionBudget' && name === 'spec.selector',
    retainsKeys: retainsKeys(kind, name),
    field: (child) => typeAt(kind, [...path, child]),
  };
}
