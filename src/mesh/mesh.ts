import type { Snapshot } from '../core/snapshot.ts';
import { type Component, componentsOf } from './control-plane.ts';

/** The typed view of a snapshot that rules look at. */
export interface Mesh {
  readonly istioNamespace: string;
  readonly components: readonly Component[];
  readonly snapshot: Snapshot;
}

/** Makes the view; reads nothing but its arguments. */
export function understand(snapshot: Snapshot, istioNamespace: string): Mesh {
  return { istioNamespace, components: componentsOf(snapshot, istioNamespace), snapshot };
}
