import { isObject, type Json, type JsonObject, listAt, stringAt, valueAt } from '../core/json.ts';
import { type InjectConfig, languageOf, parseYaml } from './inject-config.ts';

const NAMESPACE =
  /(?:\[\[|\{\{)-?\s*valueOrDefault\s+\.DeploymentMeta\.Namespace\s+["'`]default["'`]\s*-?(?:\]\]|\}\})/g;
const ACTION = /\[\[|\{\{/;

/**
 * The `dnsConfig` that a configuration's template gives to workloads of a namespace: the chart makes one of
 * `global.podDNSSearchNamespaces` (files/injection-template.yaml@1.2.0), in 1.1 when it is rendered, in 1.2 when pods are injected.
 * @returns undefined when the template has none, or one that only the injector can render
 */
export function injectedDnsOf({ template, values, source }: InjectConfig, namespace: string): JsonObject | undefined {
  const block = dnsBlock(template);
  if (block === '') return undefined;
  if (languageOf(template) === '{{ }}' && block.includes('.Values.global.podDNSSearchNamespaces'))
    return fromValues(parseJson(values), namespace);
  const text = rendered(block, namespace);
  if (ACTION.test(text)) return undefined;
  const dnsConfig = valueAt(parseYaml(text, source), 'dnsConfig');
  return isObject(dnsConfig) ? dnsConfig : undefined;
}

/** The lines of the template's own `dnsConfig`. */
function dnsBlock(template: string): string {
  const lines = template.split('\n');
  const start = lines.findIndex((line) => line.startsWith('dnsConfig:'));
  if (start < 0) return '';
  const length = lines.slice(start + 1).findIndex((line) => /^[A-Za-z]/.test(line));
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join('\n');
}

function fromValues(values: Json, namespace: string): JsonObject | undefined {
  const domains = listAt(valueAt(values, 'global', 'podDNSSearchNamespaces')).flatMap((item) => stringAt(item) ?? []);
  const searches = domains.map((domain) => rendered(domain, namespace));
  return searches.length === 0 || searches.some((domain) => ACTION.test(domain)) ? undefined : { searches };
}

function rendered(text: string, namespace: string): string {
  return text.replaceAll(NAMESPACE, () => (namespace === '' ? 'default' : namespace));
}

function parseJson(text: string | undefined): Json {
  try {
    const value: Json = JSON.parse(text ?? 'null');
    return value;
  } catch {
    return null;
  }
}
