import { isObject, type Json, type JsonObject, stringAt, valueAt, withValue } from '../core/json.ts';
import { compareVersions, type IstioVersion, versionOfImage, versionText } from '../core/version.ts';
import { type InjectConfig, parseInjectConfig } from './inject-config.ts';

/** One place in which a configuration names a version of Istio's proxy. */
export interface TagMove {
  /** `config, line 7` or `values, global.tag` */
  readonly where: string;
  readonly before: string;
  readonly after: string;
}

export interface MovedConfig {
  readonly config: InjectConfig;
  readonly moves: readonly TagMove[];
}

// Images of Istio's proxy and of its init container, whatever the registry: proxyv2, proxy_init, proxy_debug …
const IMAGE = /(?:[\w.-]+(?::\d+)?\/)*proxy(?:v2|tproxy|_init|_debug|_tproxy)?:v?[\w][\w.-]*/g;
const VALUES = [
  ['global', 'tag'],
  ['global', 'proxy', 'image'],
  ['global', 'proxy_init', 'image'],
] as const;

/**
 * A custom injection configuration with the version tag moved to the target's: in the images that its text names, and in the values that
 * the template makes images of. Tags of releases that are no older than the target stay, and so do tags that name no release.
 * @returns the configuration, and each place that was changed: they are shown as a change of their own
 */
export function moveTag(config: InjectConfig, target: IstioVersion): MovedConfig {
  const text = inText(config.config, target);
  const values = inValues(config.values, target);
  const next = text.moves.length + values.moves.length === 0 ? config : reread(config, text.text, values.text);
  return { config: next, moves: [...text.moves, ...values.moves] };
}

function reread({ source }: InjectConfig, text: string, values: string | undefined): InjectConfig {
  return parseInjectConfig(text, source, values);
}

interface Moved<Text> {
  readonly text: Text;
  readonly moves: readonly TagMove[];
}

function inText(text: string, target: IstioVersion): Moved<string> {
  const moves: TagMove[] = [];
  const lines = text.split('\n').map((line, index) =>
    line.replaceAll(IMAGE, (before) => {
      const after = movedImage(before, target);
      if (after !== before) moves.push({ where: `config, line ${index + 1}`, before, after });
      return after;
    }),
  );
  return { text: lines.join('\n'), moves };
}

function inValues(text: string | undefined, target: IstioVersion): Moved<string | undefined> {
  const values = text === undefined ? undefined : parseJson(text);
  if (!isObject(values)) return { text, moves: [] };
  const moves: TagMove[] = [];
  let next: JsonObject = values;
  for (const path of VALUES) {
    const before = stringAt(valueAt(values, ...path));
    const after = before === undefined ? undefined : movedValue(before, target);
    if (before === undefined || after === undefined || before === after) continue;
    moves.push({ where: `values, ${path.join('.')}`, before, after });
    next = withValue(next, path, after);
  }
  return { text: moves.length === 0 ? text : JSON.stringify(next), moves };
}

/** A value is a whole image when it has a `/` (files/injection-template.yaml:80@1.2.0), else a bare tag or name. */
function movedValue(value: string, target: IstioVersion): string {
  if (value.includes('/')) return movedImage(value, target);
  return isOlder(`image:${value}`, target) ? versionText(target) : value;
}

function movedImage(image: string, target: IstioVersion): string {
  return isOlder(image, target) ? `${image.slice(0, image.lastIndexOf(':'))}:${versionText(target)}` : image;
}

function isOlder(image: string, target: IstioVersion): boolean {
  const version = versionOfImage(image);
  return version !== undefined && compareVersions(version, target) < 0;
}

function parseJson(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
