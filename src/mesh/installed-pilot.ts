import type { K8sObject } from '../core/object.ts';
import { snapshotOf } from '../core/snapshot.ts';
import { type Component, componentsOf, isPilot } from './control-plane.ts';

/**
 * The Pilot that a manifest installs.
 * @param namespace where objects go whose manifest names none, and where Pilot is looked for
 * @returns undefined when it installs none there
 */
export function installedPilot(objects: readonly K8sObject[], namespace: string): Component | undefined {
  const placed = objects.map((object): K8sObject => {
    const { name, namespace: own = namespace } = object.metadata;
    return { ...object, metadata: { ...object.metadata, name, namespace: own } };
  });
  return componentsOf(snapshotOf(placed), namespace).find(isPilot);
}
