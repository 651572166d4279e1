import type { K8sObject } from '../../../core/object.ts';
import { refOf, refText } from '../../../core/object.ts';
import type { Snapshot } from '../../../core/snapshot.ts';
import type { AuthnPolicy } from '../../../mesh/policies.ts';
import { type Traffic, trafficOf } from '../../../mesh/traffic.ts';
import { istio12 } from '../semantics.ts';
import { asksServer, type Demand } from './demands.ts';
import { type Edit, projected } from './edits.ts';
import { isOurs, targetingPolicies } from './server-needs.ts';
import { asWish } from './wishes.ts';

/**
 * The edits, where each DestinationRule requires the Policies that let its clients change: those that this plan has written by then, and
 * those that a run before it wrote, perhaps a moment ago. Written sooner than they are in force, it would cut clients off.
 */
export function withRequirements(snapshot: Snapshot, edits: readonly Edit[], istioNamespace: string): readonly Edit[] {
  if (edits.length === 0) return edits;
  const policies = edits.filter(({ object }) => object.kind === 'Policy');
  const first = policies.flatMap(({ via, ...edit }) => (via ? [{ ...edit, object: via }] : []));
  const prepared = policies.filter(({ stage }) => stage === 'prepare');
  const reached = projected(snapshot, [...first, ...prepared].map(asWish));
  const traffic = trafficOf(reached, istioNamespace, istio12);
  const written = new Set(policies.map(({ object }) => refText(refOf(object))));
  return edits.map((edit) => {
    if (edit.object.kind !== 'DestinationRule') return edit;
    const requires = required(traffic, edit.demands, written);
    return requires.length === 0 ? edit : { ...edit, requires };
  });
}

function required(traffic: Traffic, demands: readonly Demand[], written: ReadonlySet<string>): readonly K8sObject[] {
  const isOurWork = ({ object }: AuthnPolicy) => isOurs(object, 'f:peers') || written.has(refText(refOf(object)));
  const found = demands.filter(asksServer).flatMap((demand) => targetingPolicies(traffic, demand).filter(isOurWork));
  return [...new Set(found)].map(({ object: { apiVersion, kind, metadata, spec } }) => {
    const { name, namespace = '' } = metadata;
    return { apiVersion, kind, metadata: { name, namespace }, ...(spec === undefined ? {} : { spec }) };
  });
}
