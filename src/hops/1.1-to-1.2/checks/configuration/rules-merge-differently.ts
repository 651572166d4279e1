import { type ObjectRef, refOf, refText } from '../../../../core/object.ts';
import { type DestinationRule, hasValidLabels } from '../../../../mesh/destination-rules.ts';
import type { MeshConfig } from '../../../../mesh/mesh-config.ts';
import { type MergedRule, mergeRules } from '../../../../mesh/rule-pools.ts';
import type { Semantics } from '../../../../mesh/semantics.ts';
import type { Check, Finding } from '../../../../plan/check.ts';
import { istio11, istio12 } from '../../semantics.ts';
import { trafficToday } from './traffic-today.ts';

/** DestinationRules of one host in one namespace of which 1.2 takes another traffic policy than 1.1. */
export const rulesMergeDifferently: Check = {
  id: 'rules-merge-differently',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/ops/traffic-management/deploy-guidelines/#multiple-virtual-services-and-destination-rules-for-the-same-host',
  explain: `Several DestinationRules of one host in one namespace are merged into the oldest. When that one has no trafficPolicy, a later one gives its own. In Istio 1.1 a defect kept later rules without subsets from doing so: their trafficPolicy counts for nothing. In 1.2 it counts. So a rule that somebody once added, and that never did anything, comes into force with the upgrade: TLS mode, load balancing, connection limits and outlier detection towards that host change for its clients.
Compare what istioctl proxy-config clusters says of the host before and after. Decide now: if the trafficPolicy is meant, move it into the oldest rule, which puts it in force on 1.1 too; if not, delete it.`,
  reads: [{ group: 'networking.istio.io', kind: 'DestinationRule' }],
  find({ mesh }) {
    const { config, rules } = trafficToday(mesh);
    const sameHost = Map.groupBy(rules, ({ namespace, host }) => `${namespace}/${host}`);
    return [...sameHost]
      .filter(([, some]) => some.length > 1)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, some]) => difference(some, config) ?? []);
  },
};

/** What all see is asked first; what private rules add, only where that is the same. */
function difference(rules: readonly DestinationRule[], config: MeshConfig): Finding | undefined {
  const exported = rules.filter((rule) => rule.exported);
  return differenceIn(exported, config) ?? differenceIn(rules, config);
}

function differenceIn(rules: readonly DestinationRule[], config: MeshConfig): Finding | undefined {
  const before = merged(rules, config, istio11);
  const after = merged(rules, config, istio12);
  const [was, is] = [giver(before), giver(after)];
  if (before === undefined || after === undefined || is === undefined || sameRef(was, is)) return undefined;
  const now = was === undefined ? 'none' : `that of ${refText(was)}`;
  return {
    ref: is,
    message: `${refText(is)}: spec.trafficPolicy is in force for ${after.host} in 1.2, and ${now} in 1.1 (merged: ${names(before)})`,
    hint: `move it into ${refText(refOf(before.rules[0].object))} if it is meant, delete it if not`,
  };
}

/** As a version merges them, without those that it drops. */
function merged(
  rules: readonly DestinationRule[],
  { validatesAgain }: MeshConfig,
  semantics: Semantics,
): MergedRule | undefined {
  const [first, ...others] = rules.filter((rule) => !validatesAgain || hasValidLabels(rule, semantics));
  return first && mergeRules([first, ...others], semantics);
}

function giver(merged: MergedRule | undefined): ObjectRef | undefined {
  return merged?.policy && refOf(merged.policy.rule.object);
}

function sameRef(a: ObjectRef | undefined, b: ObjectRef): boolean {
  return a !== undefined && refText(a) === refText(b);
}

function names({ rules }: MergedRule): string {
  return rules.map(({ name }) => name).join(', ');
}
