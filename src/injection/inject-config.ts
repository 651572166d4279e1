import { parseDocument } from 'yaml';
import { UpgradeError } from '../core/errors.ts';
import { type Json, objectAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { IstioVersion } from '../core/version.ts';
import { minorText } from '../core/version.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';
import { type InjectionPolicy, injectionPolicyOf } from './decision.ts';

/** The language that an injection template is written in: 1.1 renders what stands in `[[ ]]`, 1.2 what stands in `{{ }}`. */
export type TemplateLanguage = '[[ ]]' | '{{ }}' | 'none';

/** An injection configuration: the ConfigMap of the injector, or a file of the user's. */
export interface InjectConfig extends InjectionPolicy {
  /** Where it comes from, for messages. */
  readonly source: string;
  /** The text of the configuration, whole. */
  readonly config: string;
  readonly template: string;
  /** The values that the template reads, JSON; 1.1 has none. */
  readonly values: string | undefined;
}

/**
 * Reads an injection configuration.
 * @param text YAML with `policy`, `template` and the selectors (Config, pilot/pkg/kube/inject/inject.go:272@1.2.10)
 * @throws UpgradeError when it is not YAML or has no template
 */
export function parseInjectConfig(text: string, source: string, values?: string): InjectConfig {
  const config = parseYaml(text, source);
  const template = stringAt(valueAt(config, 'template'));
  if (template === undefined) throw new UpgradeError(`${source}: no injection template`);
  return { source, config: text, template, values, ...injectionPolicyOf(config) };
}

/**
 * The injection configuration in ConfigMap `istio-sidecar-injector` (keys `config` and, since 1.2, `values`).
 * @throws UpgradeError when there is none in it
 */
export function injectConfigOf(configMap: K8sObject): InjectConfig {
  const source = refText(refOf(configMap));
  const text = stringAt(valueAt(configMap, 'data', 'config'));
  if (text === undefined) throw new UpgradeError(`${source}: no key config`);
  return parseInjectConfig(text, `${source}, key config`, stringAt(valueAt(configMap, 'data', 'values')));
}

// What an action of Go's templates begins with: `[[ -f x ]]` in a shell script is none.
const ACTION =
  '-?\\s*(?:\\.[A-Z]|\\$|(?:if|else|end|range|with|or|and|not|annotation|isset|index|valueOrDefault|formatDuration|toJSON|toYaml|printf|includeInboundPorts|excludeInboundPort|applicationPorts|render)\\b)';
const SQUARE = new RegExp(`\\[\\[${ACTION}`);
const CURLY = new RegExp(`\\{\\{${ACTION}`);

/** The language of a template; where both kinds of braces stand, the one of `{{ }}`, which 1.1 leaves alone. */
export function languageOf(template: string): TemplateLanguage {
  if (CURLY.test(template)) return '{{ }}';
  return SQUARE.test(template) ? '[[ ]]' : 'none';
}

/**
 * Refuses a configuration that the target's injector cannot render: the other version leaves the braces standing and fails on the YAML.
 * @throws UpgradeError (blocked) with the reason
 */
export function requireLanguage({ source, template, values }: InjectConfig, target: IstioVersion): void {
  const language = languageOf(template);
  const wanted = target.major === 1 && target.minor < 2 ? '[[ ]]' : '{{ }}';
  const minor = minorText(target);
  if (language !== 'none' && language !== wanted)
    throw new UpgradeError(`${source}: its template is written in ${language}, and Istio ${minor} reads ${wanted}`, {
      hint: `write it anew, starting from the injection template of Istio ${minor}`,
      exit: 3,
    });
  if (wanted === '{{ }}' && values === undefined)
    throw new UpgradeError(`${source}: Istio ${minor} also needs the values that the template reads`, {
      hint: 'they are key values of ConfigMap istio-sidecar-injector',
      exit: 3,
    });
}

/** Whether the mesh configuration lets injection mount tokens for SDS: `enableSdsTokenMount`, and an `sdsUdsPath` to use them at. */
export function mountsSdsToken(mesh: string): boolean {
  const value = parseYaml(mesh, 'mesh configuration');
  const path = stringAt(valueAt(value, 'sdsUdsPath') ?? valueAt(value, 'sds_uds_path')) ?? '';
  return path !== '' && (valueAt(value, 'enableSdsTokenMount') ?? valueAt(value, 'enable_sds_token_mount')) === true;
}

/** The value of a YAML text, read as kubectl does. */
export function parseYaml(text: string, source: string): Json {
  const document = parseDocument(text, KUBECTL_YAML);
  const [error] = document.errors;
  if (error !== undefined) throw new UpgradeError(`${source}: bad YAML: ${error.message}`);
  try {
    const value: Json = document.toJS();
    return objectAt(value);
  } catch (cause) {
    // Aliases that stand for more than anybody writes.
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UpgradeError(`${source}: bad YAML: ${why}`, { cause });
  }
}
