import type { ObjectRef } from '../core/object.ts';

/** Objects of a kind in a namespace that carry these labels, or the one of that name. */
export type Selection = Pick<ObjectRef, 'group' | 'kind' | 'namespace'> &
  ({ readonly labels: Readonly<Record<string, string>> } | { readonly name: string });

/** A kind, and where its objects are: in the whole cluster, unless it says otherwise. */
export interface KindInPlace extends Pick<ObjectRef, 'group' | 'kind'> {
  /** `istio`: the control plane's. */
  readonly namespace?: 'istio';
}

/** Reads that only what was read before leads to. */
export interface LaterReads<Seen> {
  /** What they are of, whatever was read before. */
  readonly kinds: readonly KindInPlace[];
  readonly select: (seen: Seen) => readonly Selection[];
}
