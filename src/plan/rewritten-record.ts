import { UpgradeError } from '../core/errors.ts';
import { type JsonObject, objectAt, sameJson, valueAt } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResources, findResource } from '../core/resources.ts';
import { find, type Snapshot } from '../core/snapshot.ts';
import type { TargetObject } from '../core/target.ts';
import { type HelmOwner, isMarkedByHelm } from './helm-objects.ts';
import { servedObject } from './served-object.ts';

/** What becomes of one object of a release's record. */
export interface Rewriting {
  /** As the record has it. */
  readonly object: K8sObject;
  readonly apiVersion: string;
  readonly selector?: JsonObject | undefined;
}

export interface RecordContext extends HelmOwner {
  readonly resources: ApiResources;
  /** The objects that Helm compares those of the record with: the other side of an upgrade or a rollback. */
  readonly counterparts: Snapshot;
  readonly live: Snapshot;
}

/** Kinds whose selector cannot be changed. */
export const WORKLOADS: readonly string[] = ['Deployment', 'DaemonSet', 'StatefulSet'];

/**
 * What has to be rewritten in a release's record before Helm can upgrade from it or roll back to it: API versions that the server no longer
 * serves, of which Helm cannot even build the objects; versions in which the counterpart is not, where the live object is not marked as Helm's, so that Helm
 * would take it for somebody else's; and selectors that Helm would try to change and cannot: they become the counterpart's, so that the live one,
 * whatever it is, stays.
 * @param objects of the record's manifest
 * @returns nothing for objects that can stay; a blocker for each whose kind is served in no equivalent version
 * @see https://helm.sh/docs/topics/kubernetes_apis/#updating-api-versions-of-a-release-manifest
 */
export function rewritingsOf(
  objects: readonly TargetObject[],
  context: RecordContext,
): { readonly rewritings: readonly Rewriting[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const rewritings = objects.flatMap((one) => {
    try {
      return rewritingOf(one, context);
    } catch (error) {
      if (!(error instanceof UpgradeError)) throw error;
      problems.push(unserved(one.object, error));
      return [];
    }
  });
  return { rewritings, problems };
}

/** What a rewriting does, as a sentence. */
export function rewritingText({ object, apiVersion, selector }: Rewriting): string {
  const parts = [
    ...(object.apiVersion === apiVersion ? [] : [`${object.apiVersion} becomes ${apiVersion}`]),
    ...(selector === undefined ? [] : [`its selector is said: ${JSON.stringify(selector.matchLabels ?? selector)}`]),
  ];
  return `rewrites ${object.kind} ${object.metadata.name}: ${parts.join(', ')}`;
}

function rewritingOf(one: TargetObject, context: RecordContext): readonly Rewriting[] {
  const { object } = one;
  const served = servedObject(one, context.resources, context.namespace).object;
  const apiVersion = versionFor(object, served, context);
  const selector = WORKLOADS.includes(object.kind) ? selectorFor(object, served, context) : undefined;
  if (apiVersion === object.apiVersion && selector === undefined) return [];
  return [{ object, apiVersion, ...(selector === undefined ? {} : { selector }) }];
}

function versionFor(object: K8sObject, served: K8sObject, context: RecordContext): string {
  const ref = refOf(served);
  const other = find(context.counterparts, ref)?.apiVersion;
  if (findResource(context.resources, object.apiVersion, object.kind) === undefined) return other ?? served.apiVersion;
  const live = find(context.live, ref);
  return other === undefined || live === undefined || isMarkedByHelm(live, context) ? object.apiVersion : other;
}

/** undefined where the record's own can stay. */
function selectorFor(object: K8sObject, served: K8sObject, context: RecordContext): JsonObject | undefined {
  const ref = refOf(served);
  const selectorIn = (snapshot: Snapshot) => valueAt(find(snapshot, ref), 'spec', 'selector');
  const wanted = selectorIn(context.counterparts) ?? selectorIn(context.live) ?? valueAt(served, 'spec', 'selector');
  if (wanted === undefined || sameJson(valueAt(object, 'spec', 'selector'), wanted)) return undefined;
  return objectAt(wanted);
}

function unserved(object: K8sObject, error: UpgradeError): Problem {
  const ref = refOf(object);
  return {
    id: 'helm-record-unserved',
    severity: 'blocker',
    ref,
    message: `Helm's record has ${refText(ref)} as ${object.apiVersion}: ${error.message}`,
    hint: "Helm can neither upgrade nor roll back such a release; go kubectl's way: --strategy kubectl",
  };
}
