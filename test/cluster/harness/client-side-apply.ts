import { canonicalJson, type JsonObject, objectAt, withoutKey } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import type { RawClient } from './raw-client.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** The field manager of `kubectl apply` from 1.18 on. */
export const KUBECTL_APPLY = 'kubectl-client-side-apply';
/** The field manager of `kubectl create` from 1.18 on. */
export const KUBECTL_CREATE = 'kubectl-create';

/**
 * Creates an object as `kubectl apply` does, without its client's throttling.
 * @param manifest what was applied, and is remembered in the annotation
 * @param stored what the server is sent, where that is something else
 */
export async function applyClientSide(
  client: RawClient,
  manifest: K8sObject,
  stored: K8sObject = manifest,
): Promise<K8sObject> {
  const isNamespaced = (await client.collectionOf(stored)).includes('/namespaces/');
  const metadata = isNamespaced ? manifest.metadata : withoutKey(manifest.metadata, 'namespace');
  const annotations = {
    ...objectAt(stored.metadata.annotations),
    [LAST_APPLIED]: lastApplied({ ...manifest, metadata }),
  };
  const body = { ...stored, metadata: { ...stored.metadata, annotations } };
  return client.create(body, { fieldManager: KUBECTL_APPLY });
}

/** As kubectl writes it: keys in order, `annotations` in any case, escapes for HTML's sake, and a line end. */
function lastApplied(object: JsonObject): string {
  const metadata = objectAt(object.metadata);
  const text = canonicalJson({ ...object, metadata: { ...metadata, annotations: objectAt(metadata.annotations) } });
  return `${text.replace(/[<>&\u2028\u2029]/g, escaped)}\n`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
