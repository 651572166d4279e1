import type { Change } from '../core/change.ts';
import { objectAt, valueAt, withValue } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';

/** Whether a change is an update that says nothing of the scale: it leaves it to whoever sets it, whatever it is by now. */
export function leavesScale(change: Change): boolean {
  if (change.op !== 'update') return false;
  const [before, after] = [change.before, change.after].map((object) => valueAt(object, 'spec', 'replicas'));
  return change.steps.some(
    (step) =>
      ((step.do === 'apply' || step.do === 'restore') && valueAt(step.body, 'spec', 'replicas') === undefined) ||
      (step.do === 'helm' && before === after),
  );
}

/** What a change makes of an object, at the scale that the object has by now where the change leaves it. */
export function expectedAt(change: Exclude<Change, { op: 'delete' }>, live: K8sObject): K8sObject {
  const replicas = valueAt(live, 'spec', 'replicas');
  if (replicas === undefined || !leavesScale(change)) return change.after;
  return { ...change.after, spec: withValue(objectAt(change.after.spec), ['replicas'], replicas) };
}
