import { parseDocument } from 'yaml';
import { type Json, stringAt, valueAt } from '../core/json.ts';
import type { K8sObject, ObjectRef } from '../core/object.ts';
import { type InjectionPolicy, injectionPolicyOf } from '../injection/decision.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';

/** The injector's configuration, as far as it says which pods get which sidecar. */
export interface InjectorConfig extends InjectionPolicy {
  readonly template: string;
  /** What the template reads; undefined where there is none, as in 1.1, whose chart renders the template whole. */
  readonly values: Json | undefined;
}

// `image: "docker.io/istio/proxy_init:1.1.17"`, and with an annotation before it: `image: [[ annotation … "docker.io/…" ]]`
const IMAGE = /(?:[\w.-]+(?::\d+)?\/)+[\w.-]*proxy[\w.-]*:\w[\w.-]*/g;

/** The ConfigMap that the injector reads. */
export function injectorConfigMap(istioNamespace: string): ObjectRef {
  return { group: '', kind: 'ConfigMap', namespace: istioNamespace, name: 'istio-sidecar-injector' };
}

/**
 * The configuration in ConfigMap `istio-sidecar-injector`: key `config`, and since 1.2 key `values`.
 * @returns undefined where there is none, or it is not YAML
 */
export function injectorConfigIn(configMap: K8sObject | undefined): InjectorConfig | undefined {
  const config = parse(stringAt(valueAt(configMap, 'data', 'config')));
  if (config === undefined) return undefined;
  return {
    ...injectionPolicyOf(config),
    template: stringAt(valueAt(config, 'template')) ?? '',
    values: parse(stringAt(valueAt(configMap, 'data', 'values'))),
  };
}

/**
 * The images that new sidecars get when no annotation asks for another: made of the values where the template reads them
 * (files/injection-template.yaml:88-92@1.2.10), else those that stand in it.
 */
export function sidecarImages({ template, values }: InjectorConfig): readonly string[] {
  const [hub, tag, image] = [['hub'], ['tag'], ['proxy', 'image']].map((path) =>
    stringAt(valueAt(values, 'global', ...path)),
  );
  if (image !== undefined) return image.includes('/') ? [image] : [`${hub ?? ''}/${image}:${tag ?? ''}`];
  const lines = template.split('\n').filter((line) => line.includes('image:'));
  return [...new Set(lines.flatMap((line) => line.match(IMAGE) ?? []))];
}

function parse(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  const document = parseDocument(text, KUBECTL_YAML);
  if (document.errors.length > 0) return undefined;
  const value: Json = document.toJS();
  return value;
}
