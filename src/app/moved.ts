import type { Change } from '../core/change.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { type K8sObject, refText } from '../core/object.ts';

/** An object is not as it was shown any more; nothing of this change was written. */
export class Moved extends UpgradeError {
  override readonly name = 'Moved';
  readonly change: Change;
  readonly now: K8sObject | undefined;

  constructor(change: Change, now: K8sObject | undefined) {
    const what = now === undefined ? 'is gone' : 'changed';
    super(`${refText(change.ref)} ${what} since the plan was made`, {
      hint: 'plan again: what was shown is not what is there',
      exit: EXIT.failed,
    });
    this.change = change;
    this.now = now;
  }
}
