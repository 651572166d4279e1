import { MIXER_GROUP } from '../../../../mesh/mixer-config.ts';

/** A kind of Mixer's configuration that 1.2 no longer installs, and does not read unless told to. */
export interface RemovedKind {
  readonly kind: string;
  /** What took its place: adapters became `handler`, templates `instance`. */
  readonly role: 'adapter' | 'template';
  /** What rules use it for; `either` of an adapter that does what its instances ask for. */
  readonly serves: 'policy' | 'telemetry' | 'either' | 'nothing';
}

/** https://istio.io/v1.2/docs/reference/config/installation-options-changes/ and install/kubernetes/helm/istio-init/files/crd-1*.yaml, 1.1.17 against 1.2.10 */
export const REMOVED_KINDS: ReadonlyMap<string, RemovedKind> = new Map(
  [
    ...kinds('apikey authorization checknothing listentry quota', { role: 'template', serves: 'policy' }),
    ...kinds('edge kubernetes logentry metric reportnothing tracespan', { role: 'template', serves: 'telemetry' }),
    ...kinds('denier listchecker memquota opa rbac redisquota', { role: 'adapter', serves: 'policy' }),
    ...kinds('circonus cloudwatch dogstatsd fluentd kubernetesenv prometheus', {
      role: 'adapter',
      serves: 'telemetry',
    }),
    ...kinds('signalfx solarwinds stackdriver statsd stdio zipkin', { role: 'adapter', serves: 'telemetry' }),
    ...kinds('bypass', { role: 'adapter', serves: 'either' }),
    ...kinds('noop', { role: 'adapter', serves: 'nothing' }),
  ].map((one) => [one.kind, one]),
);

/** What the checks of Mixer look at. That they may not be read, one of them says for all. */
export const MIXER_READS = ['rule', 'handler', 'instance', ...REMOVED_KINDS.keys()].map((kind) => ({
  group: MIXER_GROUP,
  kind,
  isOptional: true,
}));

/** The kind that took the place of those of a role. */
export function successor(role: RemovedKind['role']): 'handler' | 'instance' {
  return role === 'adapter' ? 'handler' : 'instance';
}

function kinds(names: string, rest: Omit<RemovedKind, 'kind'>): readonly RemovedKind[] {
  return names.split(' ').map((kind) => ({ kind, ...rest }));
}
