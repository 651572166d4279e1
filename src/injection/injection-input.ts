import { EXIT, UpgradeError } from '../core/errors.ts';
import { stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { IstioVersion } from '../core/version.ts';
import { type InjectConfig, mountsSdsToken, parseInjectConfig, requireLanguage } from './inject-config.ts';
import { injectedDnsOf } from './injected-dns.ts';
import type { InjectorInput } from './injector.ts';
import { moveTag, type TagMove } from './move-tag.ts';
import type { Overwriting } from './overwritten.ts';

/** A text, and where it comes from, for messages. */
export interface SourceText {
  readonly text: string;
  readonly source: string;
}

/** What an injector works from, as far as it is there. */
export interface InjectionTexts {
  readonly mesh?: SourceText | undefined;
  readonly config?: SourceText | undefined;
  readonly values?: SourceText | undefined;
}

/** The texts in a release's or a cluster's ConfigMaps: `istio`, and `istio-sidecar-injector`. */
export function injectionTextsOf(mesh: K8sObject | undefined, injector: K8sObject | undefined): InjectionTexts {
  return { mesh: textAt(mesh, 'mesh'), config: textAt(injector, 'config'), values: textAt(injector, 'values') };
}

function textAt(configMap: K8sObject | undefined, key: string): SourceText | undefined {
  const text = stringAt(valueAt(configMap, 'data', key));
  return text === undefined || configMap === undefined
    ? undefined
    : { text, source: `${refText(refOf(configMap))}, key ${key}` };
}

export interface ChosenInput {
  readonly input: InjectorInput;
  /** Where the tags of a custom configuration were moved to the target's. */
  readonly moves: readonly (TagMove & { readonly source: string })[];
}

/**
 * The target's input to injection, with the user's own texts in place of the release's. Version tags in those are moved to the target's.
 * @throws UpgradeError (blocked) where a part is in neither, or the template is written for another version
 */
export function chooseInput(release: InjectionTexts, custom: InjectionTexts, target: IstioVersion): ChosenInput {
  const mesh = required(custom.mesh ?? release.mesh, 'mesh configuration', '--mesh-config');
  const config = required(custom.config ?? release.config, 'injection configuration', '--inject-config');
  const values = custom.values ?? release.values;
  const read = parseInjectConfig(config.text, config.source, values?.text);
  requireLanguage(read, target);
  const isCustom = custom.config !== undefined || custom.values !== undefined;
  const { config: moved, moves } = isCustom ? moveTag(read, target) : { config: read, moves: [] };
  const sourceOf = ({ where }: TagMove) => (where.startsWith('values') ? (values?.source ?? '') : config.source);
  return {
    input: { mesh: mesh.text, config: moved.config, values: moved.values ?? '' },
    moves: moves.map((move) => ({ ...move, source: sourceOf(move) })),
  };
}

function required(text: SourceText | undefined, what: string, flag: string): SourceText {
  if (text !== undefined) return text;
  throw new UpgradeError(`there is no ${what} to inject with`, {
    hint: `name a file with ${flag}`,
    exit: EXIT.blocked,
  });
}

/**
 * What an injection from these texts overwrites in workloads of a namespace.
 * @returns nothing, where a text is missing or cannot be read
 */
export function overwritingOf({ mesh, config, values }: InjectionTexts): (namespace: string) => Overwriting {
  const read = config && unlessUnreadable(() => parseInjectConfig(config.text, config.source, values?.text));
  const sdsTokenMount = (mesh && unlessUnreadable(() => mountsSdsToken(mesh.text))) ?? false;
  return (namespace) => ({ sdsTokenMount, injectedDns: read && dnsOf(read, namespace) });
}

function dnsOf(config: InjectConfig, namespace: string): Overwriting['injectedDns'] {
  return unlessUnreadable(() => injectedDnsOf(config, namespace));
}

function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UpgradeError) return undefined;
    throw error;
  }
}
