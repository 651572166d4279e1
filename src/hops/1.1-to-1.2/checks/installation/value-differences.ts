import { canonicalJson, isArray, type Json, listAt, objectAt, stringAt, valueAt } from '../../../../core/json.ts';
import type { ObjectRef } from '../../../../core/object.ts';
import { find } from '../../../../core/snapshot.ts';
import { canonicalQuantity } from '../../../../fields/quantity.ts';
import { componentContainers } from '../../../../mesh/component-container.ts';
import { leavesOf } from '../../../../mesh/config-leaves.ts';
import { inSeconds } from '../../../../mesh/go-duration.ts';
import { injectionValuesOf } from '../../../../mesh/injection-values.ts';
import type { Mesh } from '../../../../mesh/mesh.ts';
import { meshConfigText } from '../../../../mesh/mesh-config.ts';
import { BY_DEFAULT, type ChartValue, IN_ENV, IN_FLAGS, IN_INJECTION, IN_MESH } from './chart-values.ts';
import { gatewaySettings } from './gateway-service.ts';

// What serves Secrets to a gateway (charts/gateways/templates/deployment.yaml@1.1.17).
const GATEWAY_SDS = 'ingress-sds';

/** One setting, as the mesh and as the target have it. */
export interface Setting {
  readonly ref: ObjectRef;
  /** `mesh.outboundTrafficPolicy.mode`, `container discovery: --domain` */
  readonly field: string;
  readonly live: string | undefined;
  readonly wanted: string | undefined;
  /** undefined for what the chart does not render. */
  readonly chart: ChartValue | undefined;
}

/** Every setting that is compared, both sides' values in a form in which equal ones are equal texts. */
export function settingsOf(live: Mesh, wanted: Mesh): readonly Setting[] {
  return [
    ...meshSettings(live, wanted),
    ...componentSettings(live, wanted),
    ...injectionSettings(live, wanted),
    ...webhookSettings(live, wanted),
    ...gatewaySettings(live, wanted),
  ];
}

function meshSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const ref = configMapRef(live, 'istio');
  if (find(live.snapshot, ref) === undefined || find(wanted.snapshot, ref) === undefined) return [];
  const [was, is] = [meshLeaves(live), meshLeaves(wanted)];
  const paths = [...new Set([...Object.keys(IN_MESH), ...was.keys()])].sort();
  return paths.map((path) => {
    const field = path === 'meshNetworks' ? path : `mesh.${path}`;
    return { ref, field, live: was.get(path), wanted: is.get(path), chart: IN_MESH[path] };
  });
}

function meshLeaves({ snapshot, istioNamespace }: Mesh): ReadonlyMap<string, string> {
  const leaves = leavesOf(meshConfigText(snapshot, istioNamespace, 'mesh').value);
  const networks = objectAt(valueAt(meshConfigText(snapshot, istioNamespace, 'meshNetworks').value, 'networks'));
  const own = Object.keys(networks).length === 0 ? [] : ([['meshNetworks', canonicalJson(networks)]] as const);
  return new Map([...[...leaves].map(([path, value]) => [path, textOf(value)] as const), ...own]);
}

/** A source of configuration is its address; how it is connected to is a matter of the control plane's security. */
function textOf(value: Json): string {
  if (typeof value === 'string') return inSeconds(value);
  const addresses = listAt(value).flatMap((item) => stringAt(valueAt(item, 'address')) ?? []);
  return isArray(value) && addresses.length > 0 ? addresses.join(',') : canonicalJson(value);
}

/** What components are told, container by container; of variables all that have a value in the mesh. */
function componentSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const targets = Map.groupBy(componentContainers(wanted), ({ workload }) => workload.name);
  return componentContainers(live).flatMap((container) => {
    const { workload: ref, name, image } = container;
    const target = targets.get(ref.name)?.find((one) => one.name === name);
    if (target === undefined) return targets.has(ref.name) && name === GATEWAY_SDS ? [gatewaySds(ref)] : [];
    const flags = Object.entries(IN_FLAGS[image] ?? {}).map(([flag, chart]) => {
      const [was, is] = [container, target].map((one) => one.flags.get(flag)).map(seconds);
      return {
        ref,
        field: `container ${name}: ${flag.length === 1 ? '-' : '--'}${flag}`,
        live: was,
        wanted: is,
        chart,
      };
    });
    const variables = [...container.env].map(([variable, value]) => {
      const chart = variableOf(image, variable);
      return { ref, field: `container ${name}: ${variable}`, live: value, wanted: target.env.get(variable), chart };
    });
    return [...flags, ...(image in IN_ENV ? variables : [])];
  });
}

function gatewaySds(ref: ObjectRef): Setting {
  const value = `gateways.${ref.name}.sds.enabled=true`;
  const effect = 'the gateway gets no certificates for servers with a credentialName';
  const chart: ChartValue = { value, defaults: [], severity: 'blocker', effect };
  return { ref, field: `container ${GATEWAY_SDS}`, live: 'there', wanted: undefined, chart };
}

function seconds(text: string | undefined): string | undefined {
  return text === undefined ? undefined : inSeconds(text);
}

function variableOf(image: string, variable: string): ChartValue {
  const value = variable === 'PILOT_TRACE_SAMPLING' ? 'pilot.traceSampling' : `${image}.env.${variable}`;
  return { value, defaults: IN_ENV[image]?.[variable] ?? [], effect: 'what it was set for is lost' };
}

function injectionSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const ref = configMapRef(live, 'istio-sidecar-injector');
  const [was, is] = [live, wanted].map(({ snapshot }) => injectionValuesOf(find(snapshot, ref)));
  if (was === undefined || is === undefined || is.size === 0) return [];
  return [...was].map(([name, value]) => {
    const other = is.get(name);
    const field = `value ${name}`;
    return { ref, field, live: quantity(value), wanted: other && quantity(other), chart: IN_INJECTION[name] };
  });
}

function quantity(value: string): string {
  return String(canonicalQuantity(value));
}

function webhookSettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  const kind = { group: 'admissionregistration.k8s.io', kind: 'MutatingWebhookConfiguration' };
  const [was, is] = [live, wanted].map(({ snapshot }) =>
    ['', live.istioNamespace].flatMap((namespace) => {
      const webhook = find(snapshot, { ...kind, namespace, name: 'istio-sidecar-injector' });
      return webhook === undefined ? [] : [String(listAt(webhook.webhooks).some(injectsUnlabelled))];
    }),
  );
  const [before, after] = [was?.[0], is?.[0]];
  if (before === undefined || after === undefined) return [];
  const ref = { ...kind, namespace: '', name: 'istio-sidecar-injector' };
  const field = 'webhooks[].namespaceSelector takes namespaces without a label';
  return [{ ref, field, live: before, wanted: after, chart: BY_DEFAULT }];
}

/** Whether its namespaceSelector asks for nothing that a namespace would have to be labelled with. */
function injectsUnlabelled(webhook: Json): boolean {
  const selector = objectAt(valueAt(webhook, 'namespaceSelector'));
  const terms = listAt(selector.matchExpressions).map((term) => stringAt(valueAt(term, 'operator')));
  const asks = terms.some((operator) => operator === 'In' || operator === 'Exists');
  return Object.keys(objectAt(selector.matchLabels)).length === 0 && !asks;
}

function configMapRef({ istioNamespace }: Mesh, name: string): ObjectRef {
  return { group: '', kind: 'ConfigMap', namespace: istioNamespace, name };
}
