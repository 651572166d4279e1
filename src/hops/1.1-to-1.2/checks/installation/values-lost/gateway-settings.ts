import { canonicalJson, isArray, type Json, listAt, valueAt } from '../../../../../core/json.ts';
import { annotationsOf, type K8sObject, type ObjectRef } from '../../../../../core/object.ts';
import { find } from '../../../../../core/snapshot.ts';
import { imageName } from '../../../../../mesh/control-plane.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import type { ChartValue } from './chart-value.ts';
import type { Setting } from './setting.ts';

// What every gateway has by default in 1.1 (charts/gateways/values.yaml@1.1.17): of these a target may have fewer on purpose.
const PORTS = [80, 443, 853, 8060, 15011, 15020, 15029, 15030, 15031, 15032, 15443, 31400];

const EGRESS = 'istio-egressgateway';

const FIELDS: Readonly<Record<string, Omit<ChartValue, 'value'>>> = {
  type: {
    defaults: ['LoadBalancer'],
    absent: 'ClusterIP',
    severity: 'blocker',
    effect: 'it is reached from elsewhere, or no longer',
  },
  loadBalancerIP: { defaults: [], severity: 'blocker', effect: 'its address changes' },
  externalIPs: {
    defaults: [],
    isDerived: true,
    severity: 'blocker',
    effect: 'these addresses no longer lead to it',
  },
  loadBalancerSourceRanges: { defaults: [], isDerived: true, severity: 'blocker', effect: 'everybody may reach it' },
  externalTrafficPolicy: {
    defaults: ['Cluster'],
    absent: 'Cluster',
    effect: 'it no longer sees the addresses of clients',
  },
};

/** The Services of the control plane's gateways: in the chart they are called as their Deployments. */
export function gatewayServices({ components, istioNamespace }: Mesh): readonly ObjectRef[] {
  return components
    .filter(({ image, ref }) => imageName(image) === 'proxyv2' && ref.namespace === istioNamespace)
    .map(({ ref: { name } }) => ({ group: '', kind: 'Service', namespace: istioNamespace, name }));
}

/** How gateways are reached, as the mesh and as the target have it. */
export function gatewaySettings(live: Mesh, wanted: Mesh): readonly Setting[] {
  return gatewayServices(live).flatMap((ref) => {
    const [was, is] = [live, wanted].map(({ snapshot }) => find(snapshot, ref));
    if (was === undefined || is === undefined) return [];
    return [...fieldsOf(ref, was, is), ...portsOf(ref, was, is), ...annotationsFor(ref, was, is)];
  });
}

function fieldsOf(ref: ObjectRef, was: K8sObject, is: K8sObject): readonly Setting[] {
  return Object.entries(FIELDS).map(([field, about]) => {
    const [live, wanted] = [was, is].map((service) => textOf(valueAt(service, 'spec', field)));
    const defaults = field === 'type' && ref.name === EGRESS ? ['ClusterIP'] : about.defaults;
    const chart = { ...about, defaults, value: `gateways.${ref.name}.${field}` };
    return { ref, field: `spec.${field}`, live, wanted, chart, path: ['f:spec', `f:${field}`] };
  });
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || (isArray(value) && value.length === 0)) return undefined;
  return typeof value === 'string' ? value : canonicalJson(value);
}

function portsOf(ref: ObjectRef, was: K8sObject, is: K8sObject): readonly Setting[] {
  const [before = [], after = []] = [was, is].map(({ spec }) =>
    listAt(valueAt(spec, 'ports')).map((item) => {
      const [port, protocol] = [valueAt(item, 'port'), valueAt(item, 'protocol') ?? 'TCP'];
      return { port: String(port), key: `k:${canonicalJson({ port, protocol })}` };
    }),
  );
  const chart: ChartValue = {
    value: `gateways.${ref.name}.ports`,
    isDerived: true,
    defaults: PORTS.map(String),
    severity: 'blocker',
    effect: 'it takes no connections there any more',
  };
  return before.map(({ port, key }) => ({
    ref,
    field: 'spec.ports[].port',
    live: port,
    wanted: after.some((one) => one.key === key) ? port : undefined,
    chart,
    path: ['f:spec', 'f:ports', key, 'f:port'],
  }));
}

/** Those with which users tell their cloud what load balancer to make; controllers write others. */
function annotationsFor(ref: ObjectRef, was: K8sObject, is: K8sObject): readonly Setting[] {
  const chart: ChartValue = {
    value: `gateways.${ref.name}.serviceAnnotations`,
    isDerived: true,
    defaults: [],
    severity: 'blocker',
    effect: 'its load balancer is another, which may be open to the internet',
  };
  return Object.entries(annotationsOf(was))
    .filter(([key]) => key.includes('load-balancer'))
    .map(([key, live]) => {
      const path = ['f:metadata', 'f:annotations', `f:${key}`];
      return { ref, field: `annotation ${key}`, live, wanted: annotationsOf(is)[key], chart, path };
    });
}
