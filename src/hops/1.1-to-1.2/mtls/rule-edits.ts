import { type Json, type JsonObject, listAt, objectAt, valueAt } from '../../../core/json.ts';
import { type K8sObject, labelsOf, refOf, refText } from '../../../core/object.ts';
import { mergeApplied } from '../../../fields/merge.ts';
import { type DestinationRule, destinationRuleOf, type Subset } from '../../../mesh/destination-rules.ts';
import { field } from '../../../mesh/proto-json.ts';
import { type MergedRule, mergeRules } from '../../../mesh/rule-pools.ts';
import type { Traffic } from '../../../mesh/traffic.ts';
import { portEntry, settingsOf } from '../../../mesh/traffic-policy.ts';
import { type ClientNeeds, isMet, type PortNeed } from './client-needs.ts';
import { tlsSettings, withField, withPortTls, withTls } from './traffic-policy-edits.ts';

/** What one rule has to say otherwise, as the part of its spec that changes. */
interface Patch {
  readonly rule: DestinationRule;
  readonly spec: JsonObject;
}

/** The local rules of a service's host, edited; or why one of them is not. */
export type LocalEdits = { readonly objects: readonly K8sObject[] } | { readonly why: string };

/**
 * Edits the rules that a service's namespace has for its host. The one whose traffic policy is in force is told, and every subset with
 * TLS settings of its own; what others see and what the namespace itself sees can be two different ones.
 * @param local in the order in which Pilot merges them, none of them dropped
 */
export function editLocalRules(
  local: readonly DestinationRule[],
  needs: ClientNeeds,
  { config, semantics }: Traffic,
): LocalEdits {
  let rules = local;
  const patches = new Map<string, K8sObject>();
  for (const isExportedPool of needs.service.namespace === config.rootNamespace ? [true] : [true, false]) {
    const [first, ...others] = rules.filter(({ exported }) => exported || !isExportedPool);
    if (first === undefined) continue;
    for (const { rule, spec } of patchesFor(mergeRules([first, ...others], semantics), needs)) {
      const why = whyUntouchable(rule, spec);
      if (why !== undefined) return { why };
      const key = refText(refOf(rule.object));
      const patch = patchOf(rule.object, spec);
      const earlier = patches.get(key);
      patches.set(key, earlier === undefined ? patch : mergeApplied(earlier, patch));
      const edited = destinationRuleOf(mergeApplied(rule.object, patch), config);
      rules = rules.map((one) => (one === rule ? edited : one));
    }
  }
  return { objects: [...patches.values()] };
}

function patchOf({ apiVersion, kind, metadata: { name, namespace } }: K8sObject, spec: JsonObject): K8sObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec };
}

function patchesFor(merged: MergedRule, needs: ClientNeeds): readonly Patch[] {
  const { service, ports } = needs;
  if (ports.every((need) => isMet(merged, service, need))) return [];
  const subsets = new Map([...merged.subsets.values()].flatMap((subset) => editedSubset(subset, merged, needs)));
  const holder = merged.policy?.rule ?? merged.rules[0];
  const policy = editedPolicy(
    merged,
    needs,
    [...subsets.keys()].some(({ rule }) => rule === holder),
  );
  return merged.rules.flatMap((rule) => {
    const spec = {
      ...(rule === holder && policy !== undefined ? { trafficPolicy: policy } : {}),
      ...subsetList(rule, subsets),
    };
    return Object.keys(spec).length === 0 ? [] : [{ rule, spec }];
  });
}

function subsetList(rule: DestinationRule, edited: ReadonlyMap<Subset, JsonObject>): JsonObject {
  if (!rule.subsets.some((subset) => edited.has(subset))) return {};
  const list = listAt(field(rule.object.spec, 'subsets')).map((json, index) => {
    const subset = rule.subsets[index];
    return (subset && edited.get(subset)) ?? json;
  });
  return { subsets: list };
}

/** A subset whose own settings keep clients from what they are asked for, edited. */
export function editedSubset(
  subset: Subset,
  merged: MergedRule,
  { service, ports, isExcluded }: ClientNeeds,
): readonly (readonly [Subset, JsonObject])[] {
  const wrong = ports.filter(({ port, tls }) => {
    const settings = settingsOf(merged, service, { port, subset });
    return settings.tls !== tls && settings.from.tls?.at.startsWith('subset');
  });
  const [first] = wrong;
  if (first === undefined) return [];
  const json = objectAt(listAt(field(subset.rule.object.spec, 'subsets'))[subset.rule.subsets.indexOf(subset)]);
  const next = isExcluded
    ? withTls(subset.trafficPolicy, tlsSettings(first.tls), { isOwnOnly: true })
    : withPorts(subset.trafficPolicy, wrong);
  return [[subset, withField(json, 'trafficPolicy', next)]];
}

/**
 * The parts of the traffic policy in force that change.
 * @param isTold the rule that holds it changes anyway, and then says what is asked for in so many words
 */
function editedPolicy(
  { policy, ...merged }: MergedRule,
  { service, ports, isExcluded }: ClientNeeds,
  isTold: boolean,
): JsonObject | undefined {
  const trafficPolicy = policy?.trafficPolicy;
  const isWrong = ({ port, tls }: PortNeed) => settingsOf({ policy, ...merged }, service, { port }).tls !== tls;
  const isSilent = ({ port }: PortNeed) => field(portEntry(trafficPolicy, port), 'tls') === undefined;
  const told = ports.filter((need) => isWrong(need) || (isTold && policy !== undefined && isSilent(need)));
  const [first] = told;
  if (first === undefined) return undefined;
  const next = isExcluded
    ? withTls(trafficPolicy, tlsSettings(first.tls), { isOwnOnly: false })
    : withPorts(trafficPolicy, told);
  return changedParts(next, isExcluded);
}

function changedParts(policy: JsonObject, isExcluded: boolean): JsonObject {
  const { portLevelSettings, tls } = policy;
  return {
    ...(portLevelSettings === undefined ? {} : { portLevelSettings }),
    ...(isExcluded ? { tls } : {}),
  };
}

export function withPorts(trafficPolicy: Json | undefined, needs: readonly PortNeed[]): JsonObject {
  return needs.reduce<JsonObject>(
    (policy, { port, tls }) => withPortTls(policy, port, tlsSettings(tls)),
    objectAt(trafficPolicy),
  );
}

/** Why a rule is left as it is, as far as that is a reason not to write this part of its spec. */
function whyUntouchable({ object }: DestinationRule, spec: JsonObject): string | undefined {
  const text = refText(refOf(object));
  if (object.metadata.deletionTimestamp !== undefined) return `${text} is being deleted`;
  if (isOfRelease(object)) return `${text} belongs to the release`;
  const isOldSpelling =
    spec.trafficPolicy !== undefined &&
    (isSet(object.spec, 'traffic_policy') || isSet(valueAt(object.spec, 'trafficPolicy'), 'port_level_settings'));
  return isOldSpelling ? `${text} spells fields with underscores (traffic_policy, port_level_settings)` : undefined;
}

function isSet(message: Json | undefined, key: string): boolean {
  return (valueAt(message, key) ?? null) !== null;
}

/** The charts' own rules: istio-policy, istio-telemetry and those of mutual TLS (charts/mixer, charts/security). */
function isOfRelease(object: K8sObject): boolean {
  const { app = '', chart, heritage, release } = labelsOf(object);
  const isFromChart = chart !== undefined && heritage !== undefined && release !== undefined;
  return isFromChart && ['security', 'mixer'].includes(app);
}
