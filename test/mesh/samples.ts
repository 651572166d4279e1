import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import type { MeshConfig } from '../../src/mesh/mesh-config.ts';
import type { Semantics } from '../../src/mesh/semantics.ts';
import type { Service, ServicePort } from '../../src/mesh/services.ts';
import { type Traffic, trafficOf } from '../../src/mesh/traffic.ts';
import { object } from '../objects.ts';

export const CONFIG: MeshConfig = {
  rootNamespace: 'istio-system',
  domain: 'cluster.local',
  exportsRules: true,
  exportsServices: true,
  validatesAgain: false,
  mtlsExcludedServices: [],
  problem: undefined,
};

/** A Service of ports 80 (`http`) and 8000 (`http-api`), with a selector. */
export function service(path: string, rest: { metadata?: JsonObject; spec?: JsonObject } = {}): K8sObject {
  const ports = [
    { name: 'http', port: 80 },
    { name: 'http-api', port: 8000 },
  ];
  return object('v1', 'Service', path, { ...rest, spec: { selector: { app: 'x' }, ports, ...rest.spec } });
}

export function policy(path: string, spec: JsonObject): K8sObject {
  return object('authentication.istio.io/v1alpha1', path.includes('/') ? 'Policy' : 'MeshPolicy', path, { spec });
}

/** A DestinationRule that is `age` seconds older than the youngest. */
export function rule(path: string, spec: JsonObject, age = 0): K8sObject {
  const creationTimestamp = new Date(Date.UTC(2019, 5, 1) - age * 1000).toISOString();
  return object('networking.istio.io/v1alpha3', 'DestinationRule', path, { metadata: { creationTimestamp }, spec });
}

export function meshConfigMap(mesh: string): K8sObject {
  return object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh } });
}

export function traffic(objects: readonly K8sObject[], semantics: Semantics): Traffic {
  return trafficOf(snapshotOf(objects), 'istio-system', semantics);
}

/** @throws Error when the mesh has no such service or port, which no test means */
export function serviceAt({ services }: Traffic, path: string): Service {
  const [namespace, name] = path.split('/');
  const found = services.get(`${name}.${namespace}.svc.cluster.local`);
  if (found === undefined) throw new Error(`no service ${path}`);
  return found;
}

export function portAt(one: Service, number: number): ServicePort {
  const found = one.ports.find((port) => port.number === number);
  if (found === undefined) throw new Error(`no port ${number}`);
  return found;
}

export const tls = (mode: string) => ({ tls: { mode } });
