import type { ManifestDocument } from '../app/ports.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import {
  isArray,
  isDeeperThan,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  stringAt,
  valueAt,
} from '../core/json.ts';

/** Keys and list positions, from a document's root. */
export type Path = readonly (string | number)[];
/** Where in a file the value at a path stands: `control-plane.yaml, document 3, line 41`. */
export type Place = (path: Path) => string;
/** An object that can be used, or what is wrong with one that cannot. */
export type Finding = ManifestDocument | UpgradeError;

// Far beyond any real object; what walks objects recurses.
const MAX_DEPTH = 200;

/** The objects of one document, in its order: itself, or what it lists (`List`, `DeploymentList`); none of an empty one. */
export function objectsIn(value: Json, place: Place): readonly Finding[] {
  if (value === null) return [];
  if (isDeeperThan(value, MAX_DEPTH)) return [badManifest(place([]), `nested more than ${MAX_DEPTH} levels deep`)];
  return flatten(value, [], place);
}

export function badManifest(source: string, wrong: string, hint?: string): UpgradeError {
  return new UpgradeError(`${source}: ${wrong}`, { hint, exit: EXIT.usage });
}

function flatten(value: Json, path: Path, place: Place): readonly Finding[] {
  if (!isObject(value)) return [badManifest(place(path), 'not an object, which is a mapping with apiVersion and kind')];
  if (isList(value)) {
    return listedBy(value).flatMap((item, index) => flatten(item, [...path, 'items', index], place));
  }
  const source = place(path);
  const wrong = whyUnusable(value);
  return [wrong === undefined ? { object: value, source } : badManifest(source, ...wrong)];
}

function isList(value: JsonObject): boolean {
  const isNamed = valueAt(value, 'metadata', 'name') !== undefined;
  return !isNamed && (stringAt(value.kind) ?? '').endsWith('List') && (isArray(value.items) || value.items === null);
}

/** A typed list answers for its items, which need not repeat their apiVersion and kind. */
function listedBy(list: JsonObject): readonly Json[] {
  const kind = (stringAt(list.kind) ?? '').slice(0, -'List'.length);
  const items = listAt(list.items);
  if (kind === '') return items;
  return items.map((item) => (isObject(item) ? { apiVersion: list.apiVersion, kind, ...item } : item));
}

function whyUnusable(object: JsonObject): readonly [wrong: string, hint?: string] | undefined {
  const { kind, apiVersion } = object;
  if (!isFilled(apiVersion)) return [`object without an apiVersion${isFilled(kind) ? ` (a ${kind})` : ''}`];
  if (!isFilled(kind)) return [`object without a kind (of ${apiVersion})`];
  const namespace = valueAt(object, 'metadata', 'namespace');
  if (namespace !== undefined && namespace !== null && typeof namespace !== 'string') {
    return [`${kind} with a namespace that is not a string: ${JSON.stringify(namespace)}`, 'quote it'];
  }
  return whyNameless(kind, valueAt(object, 'metadata', 'name'), valueAt(object, 'metadata', 'generateName'));
}

function whyNameless(
  kind: string,
  name: Json | undefined,
  generateName: Json | undefined,
): readonly [wrong: string, hint?: string] | undefined {
  if (name !== undefined && name !== null && typeof name !== 'string') {
    return [`${kind} with a name that is not a string: ${JSON.stringify(name)}`, 'quote it'];
  }
  if (isFilled(name)) return undefined;
  if (generateName === undefined) return [`${kind} without a name`];
  const hint = 'give it a metadata.name';
  return [`${kind} with generateName and no name: every run would create another one`, hint];
}

function isFilled(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
