import { type Document, isCollection, isNode, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { ManifestDocument } from '../app/ports.ts';
import { UpgradeError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { KUBECTL_YAML } from '../yaml/kubectl-yaml.ts';
import { badManifest, type Finding, objectsIn, type Path, type Place } from './manifest-objects.ts';

/** What a file holds: its objects, and everything that is wrong with the rest. */
export interface Manifests {
  readonly documents: ManifestDocument[];
  readonly problems: UpgradeError[];
}

// More than people repeat an anchor by hand; an alias bomb multiplies its aliases and is over it after a few levels.
const MAX_ALIASES = 1000;

/**
 * The objects of a manifest, YAML (one or more documents) or JSON, as kubectl reads it; lists are flattened, empty documents skipped.
 * @param fileName how the file is called in `source` and in problems
 * @returns every object that can be used, and a problem for each thing that cannot, in the file's order; throws nothing
 */
export function parseManifests(text: string, fileName: string): Manifests {
  const documents: ManifestDocument[] = [];
  const problems: UpgradeError[] = [];
  for (const finding of findingsIn(text, fileName)) {
    if (finding instanceof UpgradeError) problems.push(finding);
    else documents.push(finding);
  }
  return { documents, problems };
}

function findingsIn(text: string, fileName: string): readonly Finding[] {
  const json = parseJson(text);
  if (json !== undefined) return objectsIn(json, (path) => unlined(`${fileName}, document 1`, path));
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...KUBECTL_YAML, lineCounter: lines });
  return [...documents].flatMap((document, index) =>
    documentFindings(document, `${fileName}, document ${index + 1}`, lines),
  );
}

/** JSON is YAML too, but this is much faster for large snapshots; undefined for anything else. */
function parseJson(text: string): Json | undefined {
  const bare = text.replace(/^\uFEFF/, '').trimStart();
  if (!bare.startsWith('{')) return undefined;
  try {
    const value: Json = JSON.parse(bare);
    return value;
  } catch {
    return undefined;
  }
}

function documentFindings(document: Document.Parsed, name: string, lines: LineCounter): readonly Finding[] {
  const sourceAt = (offset: number) => `${name}, line ${lines.linePos(offset).line}`;
  const errors = [...syntaxErrors(document, sourceAt), ...keyErrors(document, sourceAt)];
  if (errors.length > 0) return errors;
  const place: Place = (path) => {
    const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    return isNode(node) && node.range ? sourceAt(node.range[0]) : unlined(name, path);
  };
  try {
    const value: Json = document.toJS({ maxAliasCount: MAX_ALIASES });
    return objectsIn(value, place);
  } catch (error) {
    return [badManifest(place([]), `bad YAML: ${conversionError(error)}`)];
  }
}

/** One error a line: what follows the first is mostly its echo. A tag that JSON has no type for is an error too. */
function syntaxErrors(document: Document.Parsed, sourceAt: (offset: number) => string): UpgradeError[] {
  const found = new Map<string, UpgradeError>();
  if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) {
    return [badManifest(sourceAt(document.range[0]), 'bad YAML: nested too deeply to be read')];
  }
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    const source = sourceAt(pos[0]);
    if (!found.has(source)) found.set(source, badManifest(source, `bad YAML: ${uncapitalised(message)}`));
  }
  return [...found.values()];
}

/** `name: {{ .Values.name }}` is valid YAML: a mapping whose key is a mapping, which JSON does not have. */
function keyErrors(document: Document.Parsed, sourceAt: (offset: number) => string): UpgradeError[] {
  const found: UpgradeError[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      const source = sourceAt(key.range?.[0] ?? 0);
      found.push(
        badManifest(source, 'bad YAML: a mapping or list as a key', 'render the chart first if this is a template'),
      );
    },
  });
  return found;
}

function conversionError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.startsWith('Excessive alias count')
    ? `its aliases stand for more than ${MAX_ALIASES} copies`
    : uncapitalised(error.message);
}

function unlined(name: string, path: Path): string {
  const items = path.filter((key) => typeof key === 'number').map((index) => `item ${index + 1}`);
  return [name, ...items].join(', ');
}

function uncapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
