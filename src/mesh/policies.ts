import { isObject, type Json, listAt, stringAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';
import { resolveHost } from './hosts.ts';
import type { MeshConfig } from './mesh-config.ts';
import { type Labels, labelsIn } from './pod-labels.ts';
import { enumValue, field, unsigned } from './proto-json.ts';
import type { ServicePort } from './services.ts';

/** What a sidecar takes on a port: plaintext only, both, or mutual TLS only. */
export type PolicyMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';
/** `AMBIGUOUS`: policies of different modes apply, and which one counts is up to chance or to the pod. */
export type ServerMode = PolicyMode | 'AMBIGUOUS';

export interface PolicyTarget {
  /** The hostname that the target's name stands for. */
  readonly hostname: string;
  readonly labels: Labels;
  /** By number or name; none means all. */
  readonly ports: readonly (number | string)[];
}

/** An authentication Policy, or the MeshPolicy. */
export interface AuthnPolicy {
  readonly object: K8sObject;
  readonly namespace: string;
  readonly name: string;
  readonly targets: readonly PolicyTarget[];
  readonly mode: PolicyMode;
}

const GROUP = 'authentication.istio.io';
const MTLS_MODES = ['STRICT', 'PERMISSIVE'] as const;

/** The Policies of a snapshot by namespace, and the only MeshPolicy that counts: the one named `default`. */
export interface Policies {
  readonly byNamespace: ReadonlyMap<string, readonly AuthnPolicy[]>;
  readonly mesh: AuthnPolicy | undefined;
}

export function policiesOf(snapshot: Snapshot, config: MeshConfig): Policies {
  const policies = objectsOf(snapshot, { group: GROUP, kind: 'Policy' }).map((object) => policyOf(object, config));
  const mesh = objectsOf(snapshot, { group: GROUP, kind: 'MeshPolicy' }).find(
    ({ metadata }) => metadata.name === 'default',
  );
  return {
    byNamespace: Map.groupBy(policies, ({ namespace }) => namespace),
    mesh: mesh && policyOf(mesh, config),
  };
}

/** One Policy or MeshPolicy as a typed value. */
export function policyOf(object: K8sObject, config: MeshConfig): AuthnPolicy {
  const { name, namespace = '' } = object.metadata;
  return {
    object,
    namespace,
    name,
    targets: listAt(field(object.spec, 'targets')).map((target) => targetOf(target, namespace, config)),
    mode: modeOf(object),
  };
}

/** Whether a target without regard to its host picks a port: it names none, or this one by number or exact name. */
export function targetsPort({ ports }: PolicyTarget, port: ServicePort): boolean {
  return ports.length === 0 || ports.some((wanted) => wanted === port.number || wanted === port.name);
}

function targetOf(target: Json, namespace: string, { domain }: MeshConfig): PolicyTarget {
  return {
    hostname: resolveHost(stringAt(field(target, 'name')) ?? '', namespace, domain),
    labels: labelsIn(field(target, 'labels')),
    ports: listAt(field(target, 'ports')).flatMap(
      (port) => unsigned(field(port, 'number')) ?? stringAt(field(port, 'name')) ?? [],
    ),
  };
}

/**
 * The first peer with `mtls` decides, `mtls:` without a value included; without one, plaintext
 * (pilot/pkg/networking/plugin/authn/authentication.go:70-178@1.1.17). `allowTls` counts for nothing.
 */
function modeOf(object: K8sObject): PolicyMode {
  const peer = listAt(field(object.spec, 'peers')).find((one) => isObject(one) && Object.hasOwn(one, 'mtls'));
  if (peer === undefined) return 'DISABLE';
  return enumValue(field(field(peer, 'mtls'), 'mode'), MTLS_MODES) ?? 'STRICT';
}
