import type { Change } from '../core/change.ts';
import { isArray, isObject, type Json, sameJson } from '../core/json.ts';
import { refText } from '../core/object.ts';
import type { Plan } from '../core/plan.ts';
import { readinessOf } from '../core/readiness.ts';
import { normalise } from '../diff/normalise.ts';
import type { Cluster } from './ports.ts';
import { expectedAt } from './scale.ts';

/**
 * Reads everything again: each change is what was predicted, each of the release's CustomResourceDefinitions is established.
 * @returns one sentence for everything that is not so
 */
export async function verify(plan: Plan, cluster: Cluster): Promise<readonly string[]> {
  // What was rewritten for Helm to work with, Helm goes on writing itself.
  const lasting = plan.changes.filter(({ steps }) => steps.every((step) => step.do !== 'rewrite'));
  const changed = lasting.map((change) => verifyChange(change, cluster));
  const crds = plan.awaited.crds.map(async ({ ref, resource }) => {
    const live = await cluster.get(resource, ref);
    return live !== undefined && readinessOf(live).state === 'ready' ? [] : [`${refText(ref)} is not established`];
  });
  return (await Promise.all([...changed, ...crds])).flat();
}

async function verifyChange(change: Change, cluster: Cluster): Promise<readonly string[]> {
  const live = await cluster.get(change.resource, change.ref);
  const name = refText(change.ref);
  if (change.op === 'delete')
    return live === undefined || live.metadata.deletionTimestamp !== undefined ? [] : [`${name} is still there`];
  if (live === undefined) return [`${name} is gone`];
  const path = firstDifference(normalise(expectedAt(change, live)), normalise(live), '');
  return path === undefined ? [] : [`${name} is not what was predicted: ${path} differs`];
}

/**
 * Where the live object lacks or contradicts what was predicted. What it has besides, the server or a controller added (defaults,
 * a certificate bundle, another person's field), and whether we removed what had to go was seen when it was written.
 */
function firstDifference(predicted: Json | undefined, live: Json | undefined, path: string): string | undefined {
  if (isObject(predicted) && isObject(live)) {
    for (const [key, value] of Object.entries(predicted)) {
      const found = firstDifference(value, live[key], path === '' ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isArray(predicted) && isArray(live)) {
    if (predicted.length !== live.length) return path;
    for (const [index, value] of predicted.entries()) {
      const found = firstDifference(value, live[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return sameJson(predicted, live) ? undefined : path;
}
