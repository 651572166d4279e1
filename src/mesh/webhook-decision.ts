import { type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { matchesSelector } from '../core/label-selector.ts';
import type { K8sObject } from '../core/object.ts';
import { type InjectionPolicy, injectionPolicyOf, injectorDecision, type PodTraits } from '../injection/decision.ts';
import { parsedYaml } from './parsed-yaml.ts';
import type { Labels } from './pod-labels.ts';

/** What decides which pods get a sidecar when they are created. */
export interface Injector {
  /** The webhooks' selectors; none: nothing is injected. undefined: could not be read, and then the charts' default counts. */
  readonly webhooks: readonly WebhookSelectors[] | undefined;
  /** undefined: could not be read, and then the charts' default counts. */
  readonly config: InjectionPolicy | undefined;
  /** Labels by namespace; a namespace that could not be read is missing. */
  readonly namespaces: ReadonlyMap<string, Labels>;
}

export interface WebhookSelectors {
  readonly namespaces: LabelSelector;
  readonly objects: LabelSelector;
}

/** A `metav1.LabelSelector`. */
export type LabelSelector = JsonObject;

/** Whether a pod that is created now gets a sidecar. `scope` says whose doing a no is: the namespace's or the pod's. */
export type Decision =
  | { readonly injects: true }
  | { readonly injects: false; readonly scope: 'namespace' | 'pod'; readonly why: string };

const WEBHOOK = 'sidecar-injector.istio.io';
// pilot/pkg/kube/inject/initializer.go:28-31@1.1.17
const IGNORED_NAMESPACES = ['kube-system', 'kube-public'];
const DEFAULT_WEBHOOK: WebhookSelectors = {
  namespaces: { matchLabels: { 'istio-injection': 'enabled' } },
  objects: {},
};
const DEFAULT_CONFIG: InjectionPolicy = { policy: 'enabled', neverInjectSelector: [], alwaysInjectSelector: [] };

/**
 * What the injection webhook does with a pod that is created now.
 * @returns undefined when the namespace's labels are not known
 * @see ../injection/decision.ts for what the injector decides; the selectors are the API server's
 */
export function webhookDecision(
  traits: PodTraits,
  namespace: string,
  { webhooks = [DEFAULT_WEBHOOK], config = DEFAULT_CONFIG, namespaces }: Injector,
): Decision | undefined {
  const labels = namespaces.get(namespace);
  if (labels === undefined) return undefined;
  const isLabelled = labels['istio-injection'] === 'enabled';
  if (webhooks.length === 0) return no(isLabelled ? 'pod' : 'namespace', 'there is no injection webhook');
  const selecting = webhooks.filter((webhook) => matchesSelector(webhook.namespaces, labels));
  if (selecting.length === 0 || IGNORED_NAMESPACES.includes(namespace))
    return no(isLabelled ? 'pod' : 'namespace', 'the injection webhook does not select its namespace');
  if (!selecting.some(({ objects }) => matchesSelector(objects, traits.labels)))
    return no('pod', 'the injection webhook does not select its labels');
  const decision = injectorDecision(traits, config);
  return decision.injects ? decision : no('pod', decision.why);
}

function no(scope: 'namespace' | 'pod', why: string): Decision {
  return { injects: false, scope, why };
}

/** The selectors of Istio's injection webhooks among MutatingWebhookConfigurations, for that control plane. */
export function injectionWebhooks(
  configurations: readonly K8sObject[],
  istioNamespace: string,
): readonly WebhookSelectors[] {
  return configurations
    .flatMap((configuration) => listAt(configuration.webhooks))
    .filter(
      (webhook) =>
        valueAt(webhook, 'name') === WEBHOOK &&
        (valueAt(webhook, 'clientConfig', 'service', 'namespace') ?? istioNamespace) === istioNamespace,
    )
    .map((webhook) => ({
      namespaces: selectorAt(valueAt(webhook, 'namespaceSelector')),
      objects: selectorAt(valueAt(webhook, 'objectSelector')),
    }));
}

/**
 * The injector's own configuration: key `config` of its ConfigMap.
 * @returns undefined when there is none, or it cannot be read
 */
export function injectorConfigOf(configMap: K8sObject | undefined): InjectionPolicy | undefined {
  const text = stringAt(valueAt(configMap, 'data', 'config'));
  if (text === undefined) return undefined;
  const { value, problem } = parsedYaml(text);
  return problem === undefined ? injectionPolicyOf(value) : undefined;
}

function selectorAt(value: Json | undefined): LabelSelector {
  return { matchLabels: valueAt(value, 'matchLabels'), matchExpressions: valueAt(value, 'matchExpressions') };
}
