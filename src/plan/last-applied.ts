import { isArray, isObject, type Json, objectAt, withValue } from '../core/json.ts';
import { LAST_APPLIED } from '../core/last-applied.ts';
import { annotationsOf, type K8sObject } from '../core/object.ts';

const SURROGATE = /[\ud800-\udfff]/;
// The API server refuses objects whose annotations add up to more.
const ANNOTATIONS_LIMIT = 256 * 1024;

/**
 * The object with `kubectl apply`'s record of it, byte by byte as kubectl writes it, so that the next `kubectl apply` of the same
 * manifest finds nothing to do and of another one computes the right three-way merge. Without it the server keeps the old record
 * (it maintains it only for a field manager named `kubectl`).
 * @param body what is sent
 * @param manifest the document as it stands in the file, in its namespace
 * @returns `body` itself where the record would be too large for an annotation
 */
export function withLastApplied(body: K8sObject, manifest: K8sObject): K8sObject {
  const record = lastAppliedText(manifest);
  if (record.length > ANNOTATIONS_LIMIT - JSON.stringify(annotationsOf(body)).length) return body;
  return {
    ...body,
    metadata: { ...withValue(body.metadata, ['annotations', LAST_APPLIED], record), name: body.metadata.name },
  };
}

/** What `kubectl apply` would write into the annotation for this manifest: `k8s.io/kubectl/pkg/util/apply.go`, GetModifiedConfiguration. */
export function lastAppliedText(manifest: K8sObject): string {
  const { [LAST_APPLIED]: _old, ...annotations } = objectAt(manifest.metadata.annotations);
  return `${goJson({ ...manifest, metadata: { ...manifest.metadata, annotations } })}\n`;
}

/** JSON as Go's encoder writes it: keys sorted by bytes, `<`, `>`, `&` and the line separators escaped. */
function goJson(value: Json | undefined): string {
  if (isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'string') return goString(value);
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const keys = byBytes(Object.keys(value).filter((key) => value[key] !== undefined));
  return `{${keys.map((key) => `${goString(key)}:${goJson(value[key])}`).join(',')}}`;
}

function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Surrogates aside, the order of UTF-8 is that of UTF-16. */
function byBytes(texts: readonly string[]): readonly string[] {
  if (!texts.some((text) => SURROGATE.test(text))) return texts.toSorted();
  return texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
