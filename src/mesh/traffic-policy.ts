import { type Json, listAt, stringAt } from '../core/json.ts';
import type { DestinationRule, Subset } from './destination-rules.ts';
import { enumValue, field, unsigned } from './proto-json.ts';
import type { MergedRule } from './rule-pools.ts';
import type { Service, ServicePort } from './services.ts';

/** How a client's sidecar connects; `PLAINTEXT` is what no rule and `DISABLE` come to. */
export type ClientTls = 'PLAINTEXT' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
export type LoadBalancer = 'ROUND_ROBIN' | 'LEAST_CONN' | 'RANDOM' | 'PASSTHROUGH' | 'CONSISTENT_HASH';

/** A component of a traffic policy as it stands in a rule, and where in it. */
export interface Setting {
  readonly value: Json;
  readonly rule: DestinationRule;
  readonly at: 'rule' | 'port' | 'subset' | 'subset-port';
}

/** What a client's sidecar does for one port of a service, and which setting of which rule says so; undefined where none does. */
export interface ClientSettings {
  readonly tls: ClientTls;
  readonly loadBalancer: LoadBalancer;
  /** undefined: no limit of its own. */
  readonly maxConnections: number | undefined;
  readonly hasOutlierDetection: boolean;
  readonly from: Readonly<Record<Component, Setting | undefined>>;
}

export const COMPONENTS = ['tls', 'loadBalancer', 'connectionPool', 'outlierDetection'] as const;
export type Component = (typeof COMPONENTS)[number];

const TLS_MODES = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'] as const;
const SIMPLE_BALANCERS = ['ROUND_ROBIN', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH'] as const;

/**
 * What a rule makes of a connection to a port. A subset's components count before the rule's; within each of the two, the first
 * entry of `portLevelSettings` for the port replaces all four, those that it lacks included
 * (pilot/pkg/networking/core/v1alpha3/cluster.go:212-215,613-648@1.1.17; the same in 1.2).
 * @param subset of the rule; undefined for the service as a whole
 */
export function settingsOf(
  rule: MergedRule | undefined,
  service: Pick<Service, 'kind'>,
  { port, subset }: { readonly port: ServicePort; readonly subset?: Subset | undefined },
): ClientSettings {
  const layers: readonly (Layer | undefined)[] = [
    subset && layerOf(subset.trafficPolicy, port, { rule: subset.rule, where: ['subset', 'subset-port'] }),
    rule?.policy && layerOf(rule.policy.trafficPolicy, port, { rule: rule.policy.rule, where: ['rule', 'port'] }),
  ];
  const from = {
    tls: settingIn(layers, 'tls'),
    loadBalancer: settingIn(layers, 'loadBalancer'),
    connectionPool: settingIn(layers, 'connectionPool'),
    outlierDetection: settingIn(layers, 'outlierDetection'),
  };
  return {
    tls: tlsOf(from.tls?.value),
    loadBalancer: service.kind === 'headless' ? 'PASSTHROUGH' : balancerOf(from.loadBalancer?.value),
    maxConnections: unsigned(field(field(from.connectionPool?.value, 'tcp'), 'maxConnections')) || undefined,
    hasOutlierDetection: from.outlierDetection !== undefined,
    from,
  };
}

/** The entry of `portLevelSettings` that counts for a port, by number or by name: the first one. */
export function portEntry(trafficPolicy: Json | undefined, port: ServicePort): Json | undefined {
  return listAt(field(trafficPolicy, 'portLevelSettings')).find((entry) => {
    const selector = field(entry, 'port');
    const number = unsigned(field(selector, 'number'));
    return number ? number === port.number : stringAt(field(selector, 'name')) === port.name;
  });
}

interface Layer {
  readonly components: Json | undefined;
  readonly rule: DestinationRule;
  readonly at: Setting['at'];
}

function layerOf(
  trafficPolicy: Json | undefined,
  port: ServicePort,
  { rule, where }: { readonly rule: DestinationRule; readonly where: readonly [Setting['at'], Setting['at']] },
): Layer {
  const entry = portEntry(trafficPolicy, port);
  return entry === undefined
    ? { components: trafficPolicy, rule, at: where[0] }
    : { components: entry, rule, at: where[1] };
}

function settingIn(layers: readonly (Layer | undefined)[], component: Component): Setting | undefined {
  for (const layer of layers) {
    const value = field(layer?.components, component);
    if (layer && value !== undefined) return { value, rule: layer.rule, at: layer.at };
  }
  return undefined;
}

function tlsOf(tls: Json | undefined): ClientTls {
  const mode = enumValue(field(tls, 'mode'), TLS_MODES) ?? 'DISABLE';
  return mode === 'DISABLE' ? 'PLAINTEXT' : mode;
}

function balancerOf(settings: Json | undefined): LoadBalancer {
  if (field(settings, 'consistentHash') !== undefined) return 'CONSISTENT_HASH';
  return enumValue(field(settings, 'simple'), SIMPLE_BALANCERS) ?? 'ROUND_ROBIN';
}
