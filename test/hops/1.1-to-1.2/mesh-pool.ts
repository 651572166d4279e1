import type { JsonObject } from '../../../src/core/json.ts';

/** What can stand in the way of a migration; a mesh without any of it has to be migrated whole. */
export const OBSTACLES = [
  /** MUTUAL_TLS for services without sidecars. */
  'mutual-without-sidecar',
  /** Excluded services with sidecars, or with annotations that ask for the opposite. */
  'excluded-with-sidecar',
  'labelled-targets',
  'overlapping-policies',
  'objects-being-deleted',
  /** DestinationRules that only clients of their own namespace see. */
  'private-rules',
  /** DestinationRules in any namespace for any host, so that they win over one another and leak. */
  'rules-anywhere',
  'rules-of-the-release',
  /** A later DestinationRule of a host whose traffic policy 1.1 ignores and 1.2 takes. */
  'late-traffic-policies',
  /** Subset labels that Pilot 1.2 refuses. */
  'labels-with-slashes',
  'underscores',
] as const;
export type Obstacle = (typeof OBSTACLES)[number];
export type Obstacles = readonly Obstacle[];

/** Services that a random mesh may have; none of them has to be there. */
export const PATHS = ['bar/foo', 'bar/baz', 'shop/cart', 'istio-system/zipkin', 'default/kubernetes'] as const;
export const NAMESPACES = ['bar', 'default', 'istio-system', 'shop', 'web'];
/** Ports that a Service may have; Policies and DestinationRules name them, and one that no Service has. */
export const PORTS: readonly JsonObject[] = [
  { name: 'http', port: 80 },
  { name: 'http-api', port: 8000, protocol: 'TCP' },
  { name: 'grpc', port: 9090 },
  { name: 'dns', port: 53, protocol: 'UDP' },
];

/** How an object says that it is being deleted. */
export const GOING = { deletionTimestamp: '2019-06-02T00:00:00Z' };
