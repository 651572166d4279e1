import { gunzipSync, gzipSync } from 'node:zlib';
import { UpgradeError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, numberAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import { type K8sObject, labelsOf, refOf, refText } from '../core/object.ts';

/** What Helm 3 and newer keep about one revision of a release. */
export interface HelmRecord {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade` … */
  readonly status: string;
  readonly description: string;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string };
  /** The user's values, as `--values` and `--set` gave them: without the chart's defaults. */
  readonly config: JsonObject;
  /** The rendered objects, hooks aside, as YAML documents. */
  readonly manifest: string;
  /** The whole record as it was read, with what is not named here. */
  readonly release: JsonObject;
}

/** Which Secrets are records. */
export const HELM_RECORD_LABELS = 'owner=helm';
export const HELM_RECORD_TYPE = 'helm.sh/release.v1';

// A Secret holds 1 MiB; what it inflates to has a bound too.
const MAX_INFLATED = 256 << 20;
const GZIP = [0x1f, 0x8b, 0x08];

export function isHelmRecord(secret: K8sObject): boolean {
  return secret.type === HELM_RECORD_TYPE && labelsOf(secret).owner === 'helm';
}

/**
 * Reads a Secret `sh.helm.release.v1.<name>.v<revision>`: `data.release` is base64 (the Secret's) of base64 (Helm's) of gzip of JSON.
 * @throws UpgradeError when it holds something else
 * @see https://github.com/helm/helm/blob/v3.17.2/pkg/storage/driver/util.go decodeRelease
 */
export function decodeHelmRecord(secret: K8sObject): HelmRecord {
  const release = releaseIn(secret);
  const chart = objectAt(valueAt(release, 'chart', 'metadata'));
  return {
    name: textAt(release, 'name'),
    namespace: textAt(release, 'namespace'),
    revision: numberAt(release.version) ?? 0,
    status: textAt(release, 'info', 'status'),
    description: textAt(release, 'info', 'description'),
    chart: { name: textAt(chart, 'name'), version: textAt(chart, 'version'), appVersion: textAt(chart, 'appVersion') },
    config: objectAt(release.config),
    manifest: textAt(release, 'manifest'),
    release,
  };
}

/** The Secret with another release in it, encoded as Helm does; nothing else of it changes. */
export function withRelease(secret: K8sObject, release: JsonObject): K8sObject {
  const inner = gzipSync(JSON.stringify(release), { level: 9 }).toString('base64');
  return { ...secret, data: { ...objectAt(secret.data), release: Buffer.from(inner).toString('base64') } };
}

/**
 * The revision that is live, as `helm upgrade` finds it: the newest that is deployed, else (all that was tried failed) the newest.
 * @param records of one release, in any order
 * @returns undefined of none
 * @see https://github.com/helm/helm/blob/v3.17.2/pkg/action/upgrade.go prepareUpgrade
 */
export function liveRecord(records: readonly HelmRecord[]): HelmRecord | undefined {
  const newestFirst = [...records].sort((a, b) => b.revision - a.revision);
  return newestFirst.find(({ status }) => status === 'deployed') ?? newestFirst[0];
}

function releaseIn(secret: K8sObject): JsonObject {
  try {
    const outer = Buffer.from(textAt(secret, 'data', 'release'), 'base64').toString('latin1');
    const bytes = Buffer.from(outer, 'base64');
    // The first ones were not compressed.
    const isPacked = GZIP.every((byte, at) => bytes[at] === byte);
    const text = isPacked ? gunzipSync(bytes, { maxOutputLength: MAX_INFLATED }) : bytes;
    const value: Json = JSON.parse(text.toString('utf8'));
    if (isObject(value)) return value;
  } catch (cause) {
    throw unreadable(secret, cause);
  }
  throw unreadable(secret, undefined);
}

function unreadable(secret: K8sObject, cause: unknown): UpgradeError {
  return new UpgradeError(`${refText(refOf(secret))}: data.release is no record of Helm's`, { cause });
}

function textAt(root: JsonObject, ...path: readonly string[]): string {
  return stringAt(valueAt(root, ...path)) ?? '';
}
