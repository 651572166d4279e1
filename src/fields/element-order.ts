import { type Json, sameJson } from '../core/json.ts';

export interface Elements {
  /** Items of the manifest, in its order. */
  readonly ours: readonly Json[];
  /** Items that only the live object has, in its order. */
  readonly theirs: readonly Json[];
  readonly live: readonly Json[];
}

/**
 * The order in which a strategic merge patch leaves a list: both parts keep theirs; an item that only the live object has stands before the
 * first of the manifest's that follows it in the live list.
 *
 * The server looks that up in the live list's own memory, into which it has written meanwhile: places that deleted items leave are taken by
 * new items, which follow everything that stays.
 * @param identity what tells an item from the others
 * @see https://github.com/kubernetes/kubernetes/blob/v1.20.2/staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go `mergeSortedSlice`, `deleteMatchingEntries`
 */
export function ordered({ ours, theirs, live }: Elements, identity: (item: Json) => Json | undefined): readonly Json[] {
  const isIn = (items: readonly Json[]) => (item: Json) => items.some((one) => sameJson(identity(one), identity(item)));
  const staying = live.filter((item) => isIn(ours)(item) || isIn(theirs)(item));
  const added = ours.filter((item) => !isIn(live)(item));
  const remembered = [...staying, ...added.slice(0, live.length - staying.length)];
  const place = (item: Json) => remembered.findIndex((one) => sameJson(identity(one), identity(item)));
  const items: Json[] = [];
  const left = [...theirs];
  for (const item of ours) {
    const at = place(item);
    while (left[0] !== undefined && at >= 0 && place(left[0]) < at) items.push(...left.splice(0, 1));
    items.push(item);
  }
  return [...items, ...left];
}
