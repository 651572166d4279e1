import { type Json, listAt, numberAt, stringAt, valueAt } from '../core/json.ts';
import { annotationsOf, type K8sObject } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import type { MeshConfig } from './mesh-config.ts';
import { type Labels, labelsIn } from './pod-labels.ts';

export interface ServicePort {
  readonly number: number;
  /** Empty where a Service's only port has none. */
  readonly name: string;
  readonly protocol: string;
}

/** A Kubernetes Service, as Pilot sees one. */
export interface Service {
  readonly object: K8sObject;
  readonly namespace: string;
  readonly name: string;
  /** `cart.shop.svc.cluster.local` */
  readonly hostname: string;
  readonly ports: readonly ServicePort[];
  /** `headless`: clients connect to pods themselves. `external`: an ExternalName, a name for something outside the mesh. */
  readonly kind: 'cluster-ip' | 'headless' | 'external';
  /** undefined where somebody else keeps the endpoints, as for `kubernetes` in namespace `default`. */
  readonly selector: Labels | undefined;
  /** Whether other namespaces than its own see it. */
  readonly exported: boolean;
}

const EXPORT_TO = 'networking.istio.io/exportTo';

/** The Services of a snapshot, in the order of their references. */
export function servicesOf(snapshot: Snapshot, config: MeshConfig): readonly Service[] {
  return objectsOf(snapshot, { group: '', kind: 'Service' }).map((object) => serviceOf(object, config));
}

/** One Service as a typed value (pilot/pkg/serviceregistry/kube/conversion.go:75-140@1.1.17). */
export function serviceOf(object: K8sObject, config: MeshConfig): Service {
  const { name, namespace = '' } = object.metadata;
  return {
    object,
    namespace,
    name,
    hostname: `${name}.${namespace}.svc.${config.domain}`,
    ports: listAt(valueAt(object, 'spec', 'ports')).flatMap((port) => servicePort(port) ?? []),
    kind: kindOf(object),
    selector: selectorOf(object),
    exported: isExported(object, config),
  };
}

/** The port with a number; undefined when the Service has none such. */
export function findPort({ ports }: Service, wanted: number): ServicePort | undefined {
  return ports.find(({ number }) => number === wanted);
}

function servicePort(port: Json): ServicePort | undefined {
  const number = numberAt(valueAt(port, 'port'));
  if (number === undefined) return undefined;
  return {
    number,
    name: stringAt(valueAt(port, 'name')) ?? '',
    protocol: stringAt(valueAt(port, 'protocol')) ?? 'TCP',
  };
}

function kindOf(object: K8sObject): Service['kind'] {
  if (valueAt(object, 'spec', 'type') === 'ExternalName') return 'external';
  return valueAt(object, 'spec', 'clusterIP') === 'None' ? 'headless' : 'cluster-ip';
}

function selectorOf(object: K8sObject): Labels | undefined {
  const labels = labelsIn(valueAt(object, 'spec', 'selector'));
  return Object.keys(labels).length === 0 ? undefined : labels;
}

function isExported(object: K8sObject, config: MeshConfig): boolean {
  const exportTo = annotationsOf(object)[EXPORT_TO];
  return exportTo === undefined ? config.exportsServices : !exportTo.split(',').some((part) => part.trim() === '.');
}
