import type { Change } from '../core/change.ts';
import { UpgradeError } from '../core/errors.ts';
import { FIELD_MANAGER } from '../core/field-manager.ts';
import { type JsonObject, sameJson } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import { isEmpty } from '../fields/field-set.ts';
import { ownedBy } from '../fields/managed-fields.ts';
import type { Cluster } from './ports.ts';

/**
 * Reads what a change rests on again, right before the change.
 * @throws UpgradeError when one of these objects is gone, is going, or has other contents than the plan was made with
 */
export async function checkRequirements(change: Change, cluster: Cluster): Promise<void> {
  for (const { object, resource } of change.requires ?? []) {
    const ref = refOf(object);
    const what = whatIsWrong(object, await cluster.get(resource, ref));
    if (what === undefined) continue;
    throw new UpgradeError(`${refText(change.ref)} is left as it is: ${refText(ref)}, on which it rests, ${what}`, {
      hint: 'plan again: what was shown is not what is there',
    });
  }
}

/** Whether anything that these changes rest on was written by us, which may have been a moment ago. */
export async function restsOnOurs(changes: readonly Change[], cluster: Cluster): Promise<boolean> {
  for (const { object, resource } of changes.flatMap(({ requires }) => requires ?? [])) {
    const live = await cluster.get(resource, refOf(object));
    if (live !== undefined && !isEmpty(ownedBy(live, FIELD_MANAGER, 'Apply'))) return true;
  }
  return false;
}

function whatIsWrong(required: K8sObject, live: K8sObject | undefined): string | undefined {
  if (live === undefined) return 'is gone';
  if (live.metadata.deletionTimestamp !== undefined) return 'is being deleted';
  return sameJson(contentsOf(required), contentsOf(live)) ? undefined : 'is not as the plan shows it';
}

/** All but what names the object and what the server or its controllers add. */
function contentsOf(object: K8sObject): JsonObject {
  const { metadata: _metadata, status: _status, ...contents } = object;
  return contents;
}
