import type { JsonObject } from '../../../core/json.ts';
import { LAST_APPLIED } from '../../../core/last-applied.ts';
import { annotationsOf, type K8sObject, labelsOf, refOf, refText } from '../../../core/object.ts';
import { find, objectsOf } from '../../../core/snapshot.ts';
import type { Target } from '../../../core/target.ts';
import type { Wish } from '../../../core/wish.ts';
import type { Rule, RuleResult } from '../../../plan/rule.ts';
import { CLUSTER_RBAC_CONFIG, DEFAULT_NAME, IN_FORCE, RBAC_CONFIG } from '../rbac-kinds.ts';
import { ignored, inTarget, listed, refusal, several, terminating, whyUnseen } from '../rbac-problems.ts';
import { isSameAuthorization, modeText } from '../rbac-spec.ts';

/**
 * RbacConfig became ClusterRbacConfig. Pilot 1.1 and 1.2 take the ClusterRbacConfig `default`; only without one, a RbacConfig `default` of
 * any namespace, at random (pilot/pkg/model/config.go:971-1000 @1.1.17, 1011-1040 @1.2.10). So the new object goes in first, and the old
 * one goes once Pilot has seen it; what is ignored already is never copied over what is in force.
 */
export const rbacConfig: Rule = {
  id: 'rbac-config',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#migrating-from-rbacconfig-to-clusterrbacconfig',
  phase: 'config',
  apply: ({ mesh, target }) => {
    const configs = objectsOf(mesh.snapshot, RBAC_CONFIG);
    const unseen = configs.flatMap((config) => whyUnseen(config, mesh) ?? []);
    const seen = configs.filter((config) => whyUnseen(config, mesh) === undefined);
    const { wishes = [], problems = [] } = migration(seen, find(mesh.snapshot, IN_FORCE), target);
    return { wishes, problems: [...unseen, ...problems] };
  },
};

function migration(configs: readonly K8sObject[], cluster: K8sObject | undefined, target: Target): RuleResult {
  if (configs.length === 0) return {};
  const going = [...configs, ...(cluster ? [cluster] : [])].filter(isGoing);
  if (going.length > 0) return { problems: going.map(terminating) };
  if (cluster !== undefined) return beside(cluster, configs);
  if (target.objects.some(({ object }) => refText(refOf(object)) === refText(IN_FORCE)))
    return { problems: [inTarget(configs)] };
  const refused = configs.flatMap(refusal);
  if (refused.length > 0) return { problems: refused };
  return conversion(configs);
}

function isGoing({ metadata }: K8sObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** RbacConfigs beside a ClusterRbacConfig are ignored: a same one goes, about another one somebody has to decide. */
function beside(cluster: K8sObject, configs: readonly K8sObject[]): RuleResult {
  const refused = refusal(cluster);
  if (refused.length > 0) return { problems: refused };
  const same = configs.filter((config) => isSameAuthorization(config, cluster));
  const others = configs.filter((config) => !same.includes(config));
  return {
    wishes: same.map((config) => removal(config, cluster)),
    problems: others.map((config) => ignored(config, cluster)),
  };
}

/** Several that say the same are one: whichever Pilot took, the new object says it too. */
function conversion(configs: readonly K8sObject[]): RuleResult {
  const [first] = configs;
  if (first === undefined) return {};
  if (configs.some((config) => !isSameAuthorization(config, first))) return { problems: [several(configs)] };
  const wanted = clusterRbacConfig(first, configs);
  const because = {
    rule: rbacConfig.id,
    why: 'RbacConfig is deprecated: ClusterRbacConfig says the same for the whole cluster',
    docs: rbacConfig.docs,
  };
  const creation: Wish = {
    want: 'fields',
    object: wanted,
    phase: 'config',
    stage: 'write',
    because,
    notes: [
      `in force today: ${listed(configs)}; from then on this object, with the same spec`,
      'change the source (manifest, chart or repository) to kind ClusterRbacConfig without a namespace, before a tool that prunes runs again',
    ],
    requires: configs,
  };
  return { wishes: [creation, ...configs.map((config) => removal(config, wanted))] };
}

/** The new object: spec verbatim, and the labels and annotations that all the old ones have. */
function clusterRbacConfig(first: K8sObject, configs: readonly K8sObject[]): K8sObject {
  const labels = shared(configs.map(labelsOf));
  const { [LAST_APPLIED]: _record, ...annotations } = shared(configs.map(annotationsOf));
  const metadata = { name: DEFAULT_NAME, ...filled('labels', labels), ...filled('annotations', annotations) };
  const object = { apiVersion: first.apiVersion, kind: CLUSTER_RBAC_CONFIG.kind, metadata };
  return first.spec === undefined ? object : { ...object, spec: first.spec };
}

function shared(maps: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}] = maps;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => maps.every((map) => map[key] === value)));
}

function filled(key: string, map: Record<string, string>): JsonObject {
  return Object.keys(map).length === 0 ? {} : { [key]: map };
}

function removal(config: K8sObject, cluster: K8sObject): Wish {
  return {
    want: 'absent',
    ref: refOf(config),
    apiVersion: config.apiVersion,
    phase: 'config',
    stage: 'settled',
    because: {
      rule: rbacConfig.id,
      why: `Pilot ignores it beside ${refText(IN_FORCE)}, which has the same spec`,
      docs: rbacConfig.docs,
    },
    notes: [
      `in force: ${refText(IN_FORCE)}, mode ${modeText(cluster)}; it is read again right before this deletion`,
      'take it out of its source too: applied again it would come back, without effect',
    ],
    requires: [cluster],
  };
}
