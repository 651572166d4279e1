import { type JsonObject, listAt, objectAt } from '../../../core/json.ts';
import { apiVersionOf, type K8sObject } from '../../../core/object.ts';
import { destinationRuleOf, type Subset } from '../../../mesh/destination-rules.ts';
import { isProxied } from '../../../mesh/mtls.ts';
import { field } from '../../../mesh/proto-json.ts';
import { type MergedRule, mergeRules } from '../../../mesh/rule-pools.ts';
import type { Traffic } from '../../../mesh/traffic.ts';
import type { ClientNeeds } from './client-needs.ts';
import { nameFor } from './names.ts';
import { editedSubset, withPorts } from './rule-edits.ts';
import { tlsSettings, withField, withPortsOnly, withTls } from './traffic-policy-edits.ts';

const GROUP_VERSION = apiVersionOf({ group: 'networking.istio.io', version: 'v1alpha3' });

/**
 * A rule for a service that has none of its own in its namespace. It hides the one that clients follow today on all ports, and so says
 * all that that one says about this service, besides what is asked for.
 * @param hidden what clients of other namespaces follow today
 */
export function newRule(needs: ClientNeeds, hidden: MergedRule | undefined, { config, semantics }: Traffic): K8sObject {
  const { service } = needs;
  const base = ruleWith(needs, {
    host: service.hostname,
    ...(config.exportsRules ? {} : { exportTo: ['*'] }),
    ...carriedOver(hidden, needs),
  });
  const merged = mergeRules([destinationRuleOf(base, config)], semantics);
  const subsets = new Map([...merged.subsets.values()].flatMap((subset) => editedSubset(subset, merged, needs)));
  const spec = objectAt(base.spec);
  return {
    ...base,
    spec: {
      ...spec,
      trafficPolicy: policyFor(needs, objectAt(spec.trafficPolicy)),
      ...(subsets.size === 0 ? {} : { subsets: merged.rules[0].subsets.map((one) => subsets.get(one) ?? jsonOf(one)) }),
    },
  };
}

function ruleWith({ service, ports, alike, isExcluded }: ClientNeeds, spec: JsonObject): K8sObject {
  const [first] = ports;
  const asks = first?.tls === 'ISTIO_MUTUAL' ? 'MUTUAL_TLS' : 'NONE';
  const isOne = ports.length === 1 && !isExcluded;
  const name = isOne
    ? nameFor(asks, service.name, first?.port.number)
    : alike === undefined
      ? `mtls-${service.name}`
      : nameFor(asks, service.name);
  const metadata = { name, namespace: service.namespace };
  return { apiVersion: GROUP_VERSION, kind: 'DestinationRule', metadata, spec };
}

function policyFor({ ports, alike, isExcluded }: ClientNeeds, carried: JsonObject): JsonObject {
  const isWhole = alike !== undefined && (isExcluded || ports.length > 1);
  return isWhole ? withTls(carried, tlsSettings(alike), { isOwnOnly: false }) : withPorts(carried, ports);
}

/** What of a rule for many hosts is about this service: entries for other ports than it has are not. */
function carriedOver(hidden: MergedRule | undefined, { service }: ClientNeeds): JsonObject {
  const ports = service.ports.filter(isProxied);
  const trafficPolicy = withPortsOnly(hidden?.policy?.trafficPolicy, ports);
  const subsets = [...(hidden?.subsets.values() ?? [])].map((subset) =>
    withField(jsonOf(subset), 'trafficPolicy', withPortsOnly(subset.trafficPolicy, ports)),
  );
  return {
    ...(trafficPolicy === undefined ? {} : { trafficPolicy }),
    ...(subsets.length === 0 ? {} : { subsets }),
  };
}

function jsonOf(subset: Subset): JsonObject {
  const index = subset.rule.subsets.indexOf(subset);
  return objectAt(listAt(field(subset.rule.object.spec, 'subsets'))[index]);
}
