import { createHash } from 'node:crypto';
import { EXIT, UpgradeError } from '../../core/errors.ts';
import { canonicalJson, isDeeperThan, isObject, type Json, type JsonObject, withoutKey } from '../../core/json.ts';
import type { ObjectRef } from '../../core/object.ts';
import { PHASES, type Phase } from '../../core/phase.ts';
import type { Plan } from '../../core/plan.ts';
import type { ApiResource } from '../../core/resources.ts';
import { concealed, hashWith } from './conceal.ts';
import { BadValue, type Decoder, flag, listOf, oneOf, optional, record, text } from './decode.ts';
import { apiResource, objectRef } from './decode-object.ts';
import { plan } from './decode-plan.ts';

export const SAVED_PLAN_SCHEMA = 'istio-upgrade/saved-plan/v1';

// Far beyond any real plan; what walks it recurses.
const MAX_DEPTH = 300;

/** What was asked for: enough to make the plan again from the same manifests. */
export interface SavedRequest {
  readonly phases: readonly Phase[];
  readonly prune: boolean;
  readonly removeAnnotations: boolean;
  /** `REF:PATH`, as `--take` names them. */
  readonly take: readonly string[];
  readonly forceConflicts: boolean;
  readonly ignore: readonly string[];
}

/** A live object that the plan was made with, or (without uid and digest) one that was not there. */
export interface SavedObject {
  readonly ref: ObjectRef;
  readonly resource: ApiResource;
  readonly uid?: string | undefined;
  readonly digest?: string | undefined;
  /** The digest does not cover the scale. */
  readonly ignoresScale: boolean;
}

/** A plan as it is kept in a file. Values of Secrets are hashes. */
export interface SavedPlan {
  readonly schema: typeof SAVED_PLAN_SCHEMA;
  /** Of the tool that made it. */
  readonly version: string;
  /** Which cluster, whatever its address: two clusters have two identities. */
  readonly identity: string;
  readonly salt: string;
  readonly request: SavedRequest;
  readonly objects: readonly SavedObject[];
  readonly plan: Plan;
}

const request: Decoder<SavedRequest> = record((take) => ({
  phases: take('phases', listOf(oneOf(...PHASES))),
  prune: take('prune', flag),
  removeAnnotations: take('removeAnnotations', flag),
  take: take('take', listOf(text)),
  forceConflicts: take('forceConflicts', flag),
  ignore: take('ignore', listOf(text)),
}));

const savedObject: Decoder<SavedObject> = record((take) => ({
  ref: take('ref', objectRef),
  resource: take('resource', apiResource),
  uid: take('uid', optional(text)),
  digest: take('digest', optional(text)),
  ignoresScale: take('ignoresScale', flag),
}));

const savedPlan: Decoder<SavedPlan> = record((take) => ({
  schema: take('schema', oneOf(SAVED_PLAN_SCHEMA)),
  version: take('version', text),
  identity: take('identity', text),
  salt: take('salt', text),
  request: take('request', request),
  objects: take('objects', listOf(savedObject)),
  plan: take('plan', plan),
}));

/** The plan as the text of a file: JSON, with a hash over all of it, and hashes in place of the values of Secrets. */
export function savedPlanText(saved: SavedPlan): string {
  const whole: Json = JSON.parse(JSON.stringify(saved));
  const content = concealed(whole, hashWith(saved.salt));
  const fields = isObject(content) ? content : {};
  return `${JSON.stringify({ schema: saved.schema, hash: hashOf(fields), ...fields }, undefined, 1)}\n`;
}

/**
 * Reads what `savedPlanText` wrote.
 * @param fileName for messages
 * @throws UpgradeError: exit 2 for what is no saved plan of this schema, 3 for one that was changed since it was written
 */
export function readSavedPlan(content: string, fileName: string): SavedPlan {
  const { hash, ...fields } = wholeOf(content, fileName);
  if (hash !== hashOf(fields))
    throw new UpgradeError(`${fileName}: the saved plan was changed after it was written`, {
      exit: EXIT.blocked,
      hint: 'make it again with kubectl istio-upgrade plan --out; what a plan does is changed by its flags, not in its file',
    });
  try {
    return savedPlan(fields, 'file');
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw notSaved(fileName, error.message, error);
  }
}

function wholeOf(content: string, fileName: string): JsonObject {
  const value = parsed(content, fileName);
  if (!isObject(value) || typeof value.schema !== 'string') throw notSaved(fileName, 'it names no schema');
  if (value.schema !== SAVED_PLAN_SCHEMA)
    throw notSaved(fileName, `its schema is ${JSON.stringify(value.schema.slice(0, 80))}, not ${SAVED_PLAN_SCHEMA}`);
  if (isDeeperThan(value, MAX_DEPTH)) throw notSaved(fileName, `it is nested more than ${MAX_DEPTH} levels deep`);
  return value;
}

function parsed(content: string, fileName: string): Json {
  try {
    const value: Json = JSON.parse(content);
    return value;
  } catch (cause) {
    throw notSaved(fileName, 'it is not JSON', cause);
  }
}

function notSaved(fileName: string, why: string, cause?: unknown): UpgradeError {
  return new UpgradeError(`${fileName} is no saved plan: ${why}`, {
    exit: EXIT.usage,
    hint: 'make one with kubectl istio-upgrade plan --out FILE',
    cause,
  });
}

function hashOf(fields: JsonObject): string {
  return `sha256:${createHash('sha256')
    .update(canonicalJson(withoutKey(fields, 'hash')))
    .digest('hex')}`;
}
