import { parseDocument } from 'yaml';
import { type Json, listAt, stringAt, valueAt } from '../core/json.ts';
import type { K8sObject, ObjectRef } from '../core/object.ts';
import { find, objectsOf, type Snapshot } from '../core/snapshot.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';
import { componentOf, isPilot } from './control-plane.ts';
import { field } from './proto-json.ts';

/** The mesh configuration, as far as it decides which rules and policies are in force. */
export interface MeshConfig {
  /** Where the rules stand that count for every namespace. */
  readonly rootNamespace: string;
  /** `cluster.local`: what hostnames of services end with. */
  readonly domain: string;
  /** Whether a DestinationRule that says nothing about it is seen from other namespaces. */
  readonly exportsRules: boolean;
  /** Whether a Service that says nothing about it is seen from other namespaces. */
  readonly exportsServices: boolean;
  /** Pilot gets its configuration over MCP, and then validates every object once more and drops what does not pass. */
  readonly validatesAgain: boolean;
  /** Hosts of `mtls_excluded_services`, in the order in which they stand there. No Istio since 1.0 reads it. */
  readonly mtlsExcludedServices: readonly string[];
  /** Why the text could not be read, in which case Pilot goes on with defaults, and so does this. */
  readonly problem: string | undefined;
}

// Pilot's own default, whatever the control plane's namespace (pilot/pkg/model/context.go:425@1.1.17).
const DEFAULT_ROOT_NAMESPACE = 'istio-system';
const DEFAULT_DOMAIN = 'cluster.local';

/**
 * The mesh configuration of a snapshot: key `mesh` of ConfigMap `istio`, and the domain from Pilot's arguments.
 * @param istioNamespace the control plane's
 * @returns defaults for everything that is not set
 */
export function meshConfigOf(snapshot: Snapshot, istioNamespace: string): MeshConfig {
  const { value, problem } = meshConfigText(snapshot, istioNamespace, 'mesh');
  return {
    rootNamespace: stringAt(field(value, 'rootNamespace')) || DEFAULT_ROOT_NAMESPACE,
    domain: domainOf(snapshot, istioNamespace),
    exportsRules: isPublic(field(value, 'defaultDestinationRuleExportTo')),
    exportsServices: isPublic(field(value, 'defaultServiceExportTo')),
    validatesAgain: listAt(field(value, 'configSources')).length > 0,
    mtlsExcludedServices: stringsIn(field(value, 'mtlsExcludedServices')),
    problem,
  };
}

/**
 * The mesh configuration in a ConfigMap `istio`, as it stands there.
 * @returns null where there is none, or it cannot be read: Pilot then goes on with its defaults
 */
export function meshConfigIn(configMap: K8sObject | undefined): Json {
  return parse(stringAt(valueAt(configMap, 'data', 'mesh')) ?? '').value;
}

/** The ConfigMap of the mesh configuration. */
export function meshConfigMap(istioNamespace: string): ObjectRef {
  return { group: '', kind: 'ConfigMap', namespace: istioNamespace, name: 'istio' };
}

/**
 * One key of ConfigMap `istio`, parsed: `mesh`, or `meshNetworks`.
 * @returns null where there is none or it cannot be read, and then why
 */
export function meshConfigText(snapshot: Snapshot, istioNamespace: string, key: 'mesh' | 'meshNetworks'): ParsedText {
  const configMap = find(snapshot, meshConfigMap(istioNamespace));
  return parse(stringAt(valueAt(configMap, 'data', key)) ?? '');
}

interface ParsedText {
  readonly value: Json;
  readonly problem: string | undefined;
}

function parse(text: string): ParsedText {
  const document = parseDocument(text, KUBECTL_YAML);
  const [error] = document.errors;
  if (error !== undefined) return { value: null, problem: error.message };
  try {
    const value: Json = document.toJS();
    return { value, problem: undefined };
  } catch (cause) {
    return { value: null, problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** `.` keeps to the own namespace, `*` is everybody (pilot/pkg/model/push_context.go@1.1.17, initDefaultExportMaps). */
function isPublic(exportTo: Json | undefined): boolean {
  const visibilities = stringsIn(exportTo);
  return exportTo === undefined || (visibilities.includes('*') && !visibilities.includes('.'));
}

function stringsIn(value: Json | undefined): readonly string[] {
  return listAt(value).flatMap((item) => stringAt(item) ?? []);
}

/** `--domain cluster.local` or `--domain=cluster.local` among the arguments of `pilot-discovery`. */
function domainOf(snapshot: Snapshot, istioNamespace: string): string {
  const pilot = ['apps', 'extensions']
    .flatMap((group) => objectsOf(snapshot, { group, kind: 'Deployment' }, istioNamespace))
    .find((workload) => {
      const component = componentOf(workload);
      return component !== undefined && isPilot(component);
    });
  const containers = listAt(valueAt(pilot, 'spec', 'template', 'spec', 'containers'));
  const args = containers.map((container) => stringsIn(valueAt(container, 'args')));
  return domainArgument(args.find((all) => all.includes('discovery')) ?? []) || DEFAULT_DOMAIN;
}

function domainArgument(args: readonly string[]): string {
  const at = args.indexOf('--domain');
  if (at >= 0) return args[at + 1] ?? '';
  return args.find((arg) => arg.startsWith('--domain='))?.slice('--domain='.length) ?? '';
}
