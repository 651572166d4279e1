import { parseAllDocuments, stringify, type Tags } from 'yaml';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { isArray, isDeeperThan, isObject, type Json, type JsonObject } from '../core/json.ts';
import { isK8sObject, type K8sObject } from '../core/object.ts';

// What YAML 1.1 reads as something else than JSON has and kubectl leaves alone: times, sexagesimal numbers, sets …
const NOT_JSON = ['timestamp', 'binary', 'set', 'omap', 'pairs'].map((name) => `tag:yaml.org,2002:${name}`);
// Far more than a real snapshot has; a bomb of aliases has billions.
const MAX_ALIASES = 10_000;
// Far beyond any real object; what walks objects recurses.
const MAX_DEPTH = 200;

/**
 * The objects in a file of YAML or JSON: several documents, `kind: List` as `kubectl get -o yaml` prints, lists of one kind.
 * @param fileName for messages
 * @throws UpgradeError (exit 2) naming file and document when something is no object, or when there is none
 */
export function readSnapshot(text: string, fileName: string): K8sObject[] {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: jsonTags,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const objects: K8sObject[] = [];
  for (const [index, document] of (isArrayOfDocuments(documents) ? documents : []).entries()) {
    const where = `${fileName}, document ${index + 1}`;
    const [error] = document.errors;
    if (error?.code === 'RESOURCE_EXHAUSTION') throw unreadable(where, 'nested too deeply to be read', error);
    if (error) throw unreadable(where, `${error.message.split('\n')[0]}`, error);
    const value = contentOf(document, where);
    if (isDeeperThan(value, MAX_DEPTH)) throw unreadable(where, `nested more than ${MAX_DEPTH} levels deep`);
    if (value !== null) objects.push(...objectsIn(value, where));
  }
  if (objects.length === 0) throw unreadable(fileName, 'no objects');
  return objects;
}

/** The objects as one `List`, in the form of `kubectl get -o yaml`. */
export function writeSnapshot(objects: readonly K8sObject[]): string {
  const list = { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '', selfLink: '' } };
  return stringify(list, {
    version: '1.1',
    sortMapEntries: true,
    aliasDuplicateObjects: false,
    lineWidth: 0,
    indentSeq: false,
  });
}

type Parsed = Exclude<ReturnType<typeof parseAllDocuments>, { readonly empty: true }>;

function isArrayOfDocuments(documents: ReturnType<typeof parseAllDocuments>): documents is Parsed {
  return !('empty' in documents);
}

function jsonTags(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || !(NOT_JSON.includes(tag.tag) || ('format' in tag && tag.format === 'TIME')),
  );
}

function contentOf(document: Parsed[number], where: string): Json {
  try {
    const value: Json = document.toJS({ maxAliasCount: MAX_ALIASES });
    return value ?? null;
  } catch (cause) {
    throw unreadable(where, cause instanceof Error ? cause.message : 'cannot be read', cause);
  }
}

function objectsIn(value: Json, where: string): readonly K8sObject[] {
  const items =
    isObject(value) && typeof value.kind === 'string' && value.kind.endsWith('List') ? value.items : undefined;
  if (isObject(value) && isArray(items))
    return items.flatMap((item, index) => objectsIn(typed(item, value), `${where}, item ${index + 1}`));
  if (isObject(value) && value.kind === 'List' && (items === undefined || items === null)) return [];
  if (isK8sObject(value)) return [value];
  const what = isObject(value) ? `an object without ${missing(value)}` : 'not an object';
  throw unreadable(where, what);
}

/** Items of a `DeploymentList` say no more what they are. */
function typed(item: Json, { kind, apiVersion }: JsonObject): Json {
  if (!isObject(item) || typeof kind !== 'string' || kind === 'List') return item;
  return { apiVersion, kind: kind.slice(0, -'List'.length), ...item };
}

function missing({ apiVersion, kind }: JsonObject): string {
  if (typeof apiVersion !== 'string') return 'apiVersion';
  return typeof kind === 'string' ? 'metadata.name' : 'kind';
}

function unreadable(where: string, what: string, cause?: unknown): UpgradeError {
  return new UpgradeError(`${where}: ${what}`, {
    exit: EXIT.usage,
    cause,
    hint: 'a snapshot is what kubectl get -o yaml prints',
  });
}
