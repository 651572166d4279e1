import { isArray, type Json, type JsonObject, listAt, objectAt, withoutKey } from '../../../core/json.ts';
import { field } from '../../../mesh/proto-json.ts';
import type { ServicePort } from '../../../mesh/services.ts';
import { type ClientTls, portEntry } from '../../../mesh/traffic-policy.ts';

/** The TLS settings of a DestinationRule that make clients connect so. */
export function tlsSettings(tls: Extract<ClientTls, 'PLAINTEXT' | 'ISTIO_MUTUAL'>): JsonObject {
  return { mode: tls === 'PLAINTEXT' ? 'DISABLE' : tls };
}

/**
 * A traffic policy with other TLS settings for one port: in the entry that counts for it, or in a new one, which inherits nothing
 * from the policy and so gets copies of its other components (pilot/pkg/networking/core/v1alpha3/cluster.go:613-648@1.1.17).
 */
export function withPortTls(trafficPolicy: Json | undefined, port: ServicePort, tls: JsonObject): JsonObject {
  const entries = listAt(field(trafficPolicy, 'portLevelSettings'));
  const found = portEntry(trafficPolicy, port);
  const next =
    found === undefined
      ? [...entries, { port: { number: port.number }, ...components(trafficPolicy), tls }]
      : entries.map((entry) => (entry === found ? { ...objectAt(entry), tls } : entry));
  return withField(objectAt(trafficPolicy), 'portLevelSettings', next);
}

/** A traffic policy with the same TLS settings for all ports. `asks` says which entries for single ports are told too. */
export function withTls(
  trafficPolicy: Json | undefined,
  tls: JsonObject,
  { isOwnOnly }: { readonly isOwnOnly: boolean },
): JsonObject {
  const policy = objectAt(trafficPolicy);
  const told = (part: Json) => (isOwnOnly && field(part, 'tls') === undefined ? part : { ...objectAt(part), tls });
  const entries = field(policy, 'portLevelSettings');
  const whole = objectAt(told(policy));
  return isArray(entries) ? withField(whole, 'portLevelSettings', entries.map(told)) : whole;
}

/** Without the entries for ports that are not among these; undefined where nothing is left. */
export function withPortsOnly(trafficPolicy: Json | undefined, ports: readonly ServicePort[]): JsonObject | undefined {
  const counting = new Set(ports.map((port) => portEntry(trafficPolicy, port)));
  const entries = listAt(field(trafficPolicy, 'portLevelSettings')).filter((entry) => counting.has(entry));
  const rest = withField(objectAt(trafficPolicy), 'portLevelSettings', entries.length === 0 ? undefined : entries);
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** A message with a field under its camelCase name, in whatever spelling it was there. */
export function withField(message: JsonObject, name: string, value: Json | undefined): JsonObject {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const rest = withoutKey(withoutKey(message, snake), name);
  return value === undefined ? rest : { ...rest, [name]: value };
}

function components(trafficPolicy: Json | undefined): JsonObject {
  const copied = ['loadBalancer', 'connectionPool', 'outlierDetection'].flatMap((name) => {
    const value = field(trafficPolicy, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(copied);
}
