import { isMap, isScalar, type Node, parseAllDocuments, type YAMLMap } from 'yaml';
import { UpgradeError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { isK8sObject, type K8sObject, refOf, refText } from '../core/object.ts';
import type { TargetObject } from '../core/target.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';
import { parseManifests } from './parse-manifests.ts';

/** An object of a manifest, and what is said of it instead. */
export interface ManifestEdit {
  readonly object: K8sObject;
  readonly apiVersion: string;
  readonly selector?: JsonObject | undefined;
}

/**
 * The objects of a manifest that Helm keeps or prints.
 * @param name how it is called in `source` and in errors
 * @throws UpgradeError when a document cannot be read
 */
export function manifestObjects(manifest: string, name: string): readonly TargetObject[] {
  const { documents, problems } = parseManifests(manifest, name);
  const [problem] = problems;
  if (problem !== undefined) throw problem;
  return documents.flatMap(({ object, source }) => (isK8sObject(object) ? [{ object, source }] : []));
}

/**
 * The manifest with some of its objects edited; every other letter stays.
 * @throws UpgradeError when an object is not in it, or not written so that it can be edited
 */
export function editedManifest(manifest: string, edits: readonly ManifestEdit[]): string {
  return edits.reduce(edited, manifest);
}

interface Insertion {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function edited(manifest: string, edit: ManifestEdit): string {
  for (const document of parseAllDocuments(manifest, KUBECTL_YAML)) {
    if (!isMap(document.contents) || !isSame(document.toJS(), edit.object)) continue;
    const insertions = [...versionEdit(document.contents, edit), ...selectorEdit(document.contents, manifest, edit)];
    return insertions
      .sort((a, b) => b.from - a.from)
      .reduce((text, { from, to, text: added }) => text.slice(0, from) + added + text.slice(to), manifest);
  }
  throw notEditable(edit.object, 'it is not in the manifest');
}

function isSame(value: unknown, { apiVersion, kind, metadata }: K8sObject): boolean {
  if (!isObject(value) || !isK8sObject(value)) return false;
  const { name, namespace } = value.metadata;
  return (
    value.apiVersion === apiVersion && value.kind === kind && name === metadata.name && namespace === metadata.namespace
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function versionEdit(root: YAMLMap, { apiVersion, object }: ManifestEdit): readonly Insertion[] {
  if (apiVersion === object.apiVersion) return [];
  return [replacing(nodeAt(root, 'apiVersion'), apiVersion, object)];
}

/** JSON is YAML, and fits on the line whatever the indentation. */
function selectorEdit(root: YAMLMap, manifest: string, { selector, object }: ManifestEdit): readonly Insertion[] {
  if (selector === undefined) return [];
  const text = JSON.stringify(selector);
  const spec = nodeAt(root, 'spec');
  if (!isMap(spec)) throw notEditable(object, 'it has no spec');
  const present = nodeAt(spec, 'selector');
  if (present !== undefined) return [replacing(present, endOfLine(present, manifest, text), object)];
  const [first] = spec.items;
  const at = isScalar(first?.key) ? first.key.range?.[0] : undefined;
  if (at === undefined) throw notEditable(object, 'its spec is empty');
  const indent = at - (manifest.lastIndexOf('\n', at - 1) + 1);
  const added = spec.flow ? `"selector": ${text}, ` : `selector: ${text}\n${' '.repeat(indent)}`;
  return [{ from: at, to: at, text: added }];
}

/** A block ends with its line break, which stays. */
function endOfLine(node: Node, manifest: string, text: string): string {
  const [from = 0, to = 0] = node.range ?? [];
  return manifest.slice(from, to).endsWith('\n') ? `${text}\n` : text;
}

function replacing(node: Node | undefined, text: string, object: K8sObject): Insertion {
  const [from, to] = node?.range ?? [];
  if (from === undefined || to === undefined) throw notEditable(object, 'its place is not known');
  return { from, to, text };
}

function nodeAt(map: YAMLMap, key: string): Node | undefined {
  const node: unknown = map.get(key, true);
  return isScalar(node) || isMap(node) ? node : undefined;
}

function notEditable(object: K8sObject, why: string): UpgradeError {
  return new UpgradeError(`${refText(refOf(object))} in Helm's record cannot be rewritten: ${why}`);
}
