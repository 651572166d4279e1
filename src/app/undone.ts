import type { K8sObject } from '../core/object.ts';
import type { ObjectHistory } from '../plan/object-history.ts';
import type { Undo } from '../plan/undo-object.ts';

/** An object that a run wrote, and its way back. */
export interface Undone {
  readonly history: ObjectHistory;
  readonly live: K8sObject | undefined;
  readonly left: K8sObject | undefined;
  readonly undo: Undo;
}
