import { parseDocument } from 'yaml';
import { isObject, type Json, stringAt, valueAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';

/** Values of the chart that the injection template was rendered with, by their names in the chart. */
export type InjectionValues = ReadonlyMap<string, string>;

// Where a template that was rendered from 1.1's chart has them (install/kubernetes/helm/istio/templates/sidecar-injector-configmap.yaml@1.1.17).
const IN_TEMPLATE: readonly (readonly [string, RegExp])[] = [
  ['global.proxy.includeIPRanges', /`traffic\.sidecar\.istio\.io\/includeOutboundIPRanges`\s+"([^"]*)"/],
  ['global.proxy.excludeIPRanges', /`traffic\.sidecar\.istio\.io\/excludeOutboundIPRanges`\s+"([^"]*)"/],
  ['global.proxy.excludeInboundPorts', /`traffic\.sidecar\.istio\.io\/excludeInboundPorts`\s+"([^"]*)"/],
  ['global.proxy.statusPort', /`status\.sidecar\.istio\.io\/port`\s+"?(\d+)/],
  ['sidecarInjectorWebhook.rewriteAppHTTPProbe', /^\s*rewriteAppHTTPProbe:\s*(true|false)/m],
];
const RESOURCES = /\[\[-? else -?\]\]\s*\n((?:[ \t]+(?:limits|requests|cpu|memory):[^\n]*\n)+)/;
const VALUES = [
  ...IN_TEMPLATE.map(([name]) => name),
  ...['limits', 'requests'].flatMap((kind) => ['cpu', 'memory'].map((one) => `global.proxy.resources.${kind}.${one}`)),
  'istio_cni.enabled',
];

/**
 * The chart's values in ConfigMap `istio-sidecar-injector`: 1.2 keeps them beside the template, 1.1's are rendered into it.
 * @returns none of those that the template does not tell, as one that was written by hand
 */
export function injectionValuesOf(configMap: K8sObject | undefined): InjectionValues {
  const config = parsed(stringAt(valueAt(configMap, 'data', 'config')) ?? '');
  const policy = stringAt(valueAt(config, 'policy'));
  const template = stringAt(valueAt(config, 'template')) ?? '';
  const values = stringAt(valueAt(configMap, 'data', 'values'));
  return new Map([
    ...(policy === undefined ? [] : ([['global.proxy.autoInject', policy]] as const)),
    ...(values === undefined ? valuesInTemplate(template) : valuesBeside(parsed(values))),
  ]);
}

function valuesBeside(values: Json): readonly (readonly [string, string])[] {
  return VALUES.flatMap((name) => {
    const value = valueAt(values, ...name.split('.'));
    return value === undefined || value === null || isObject(value) ? [] : [[name, String(value)] as const];
  });
}

function valuesInTemplate(template: string): readonly (readonly [string, string])[] {
  const found = IN_TEMPLATE.flatMap(([name, pattern]) => {
    const value = pattern.exec(template)?.[1];
    return value === undefined ? [] : [[name, value] as const];
  });
  const rest = [...found, ...resourcesIn(template)];
  if (!template.includes('`status.sidecar.istio.io/port`')) return rest;
  // The chart's own template has an init container, but for the CNI plugin, with which nothing is set up inside the pod.
  const isCni = !template.includes('name: istio-init');
  return [...rest, ['istio_cni.enabled', String(isCni)]];
}

function resourcesIn(template: string): readonly (readonly [string, string])[] {
  const resources = parsed(RESOURCES.exec(template)?.[1] ?? '');
  return ['limits', 'requests'].flatMap((kind) =>
    ['cpu', 'memory'].flatMap((one) => {
      const value = valueAt(resources, kind, one);
      return value === undefined ? [] : [[`global.proxy.resources.${kind}.${one}`, String(value)] as const];
    }),
  );
}

function parsed(text: string): Json {
  const document = parseDocument(text, KUBECTL_YAML);
  const value: Json = document.errors.length > 0 ? null : document.toJS();
  return value;
}
