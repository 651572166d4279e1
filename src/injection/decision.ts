import { isObject, type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { isEmptySelector, matchesSelector } from '../core/label-selector.ts';

export const INJECT_ANNOTATION = 'sidecar.istio.io/inject';

/** What an injection configuration says about which pods get a sidecar. */
export interface InjectionPolicy {
  /** `enabled` or `disabled`; anything else injects nothing. */
  readonly policy: string;
  /** LabelSelectors. */
  readonly neverInjectSelector: readonly JsonObject[];
  readonly alwaysInjectSelector: readonly JsonObject[];
}

/** What the injector's decision looks at in a pod. */
export interface PodTraits {
  readonly hostNetwork: boolean;
  /** Annotation `sidecar.istio.io/inject`. */
  readonly inject: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export type InjectorDecision = { readonly injects: true } | { readonly injects: false; readonly why: string };

const YES: readonly string[] = ['y', 'yes', 'true', 'on'];

/** The policy in an injection configuration that was read from YAML. */
export function injectionPolicyOf(config: Json): InjectionPolicy {
  return {
    policy: stringAt(valueAt(config, 'policy')) ?? '',
    neverInjectSelector: listAt(valueAt(config, 'neverInjectSelector')).filter(isObject),
    alwaysInjectSelector: listAt(valueAt(config, 'alwaysInjectSelector')).filter(isObject),
  };
}

/**
 * What a workload itself wants. Every other word than yes means no.
 * @param inject its annotation
 */
export function wishOf(inject: string | undefined): 'yes' | 'no' | 'default' {
  const text = (inject ?? '').toLowerCase();
  if (text === '') return 'default';
  return YES.includes(text) ? 'yes' : 'no';
}

/**
 * What the injector decides about a pod that the API server asks it about: which pods those are, the webhook's selectors say (injectRequired,
 * pilot/pkg/kube/inject/inject.go:405-512@1.2.10, the same in 1.1). `kube-inject` looks at none of this but the host network.
 */
export function injectorDecision(
  { hostNetwork, inject, labels }: PodTraits,
  configuration: InjectionPolicy,
): InjectorDecision {
  if (hostNetwork) return no('hostNetwork');
  const { policy, neverInjectSelector, alwaysInjectSelector } = configuration;
  if (policy !== 'enabled' && policy !== 'disabled')
    return no(`the injector's policy is "${policy}", which injects nothing`);
  const wish = wishOf(inject);
  if (wish !== 'default') return wish === 'yes' ? { injects: true } : no(`annotation inject: ${inject}`);
  const isAmong = (selectors: readonly JsonObject[]) =>
    selectors.some((selector) => !isEmptySelector(selector) && matchesSelector(selector, labels));
  if (isAmong(neverInjectSelector)) return no('neverInjectSelector');
  if (isAmong(alwaysInjectSelector) || policy === 'enabled') return { injects: true };
  return no('the policy is disabled and no annotation asks for a sidecar');
}

function no(why: string): InjectorDecision {
  return { injects: false, why };
}
