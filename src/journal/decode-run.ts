import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt } from '../core/json.ts';
import { isK8sObject, type K8sObject, type ObjectRef } from '../core/object.ts';
import { isPhase, type Phase, STAGES } from '../core/phase.ts';
import type { Restart } from '../core/plan.ts';
import type { ApiResource } from '../core/resources.ts';
import {
  type JournalEntry,
  type Outcome,
  RUN_RESULTS,
  RUN_SCHEMA,
  type RunChange,
  type RunRecord,
  WRITE_VERBS,
  type WriteAhead,
} from '../core/run.ts';

/** @returns undefined for anything but a record of a run that this version knows */
export function decodeRecord(value: Json): RunRecord | undefined {
  if (!isObject(value) || value.schema !== RUN_SCHEMA) return undefined;
  const [by, cluster] = [objectAt(value.by), objectAt(value.cluster)];
  const outcome = decodeOutcome(value.outcome);
  return {
    schema: RUN_SCHEMA,
    ...textsOf(value, ['id', 'tool', 'startedAt', 'istioNamespace', 'from', 'to', 'answer']),
    by: { account: text(by.account), context: stringAt(by.context), user: stringAt(by.user) },
    cluster: { address: text(cluster.address), uid: stringAt(cluster.uid) },
    phases: phasesOf(value.phases),
    words: strings(value.words),
    ignored: strings(value.ignored),
    undoes: strings(value.undoes),
    isHelms: value.isHelms === true,
    changes: listAt(value.changes).flatMap(decodeChange),
    restarts: listAt(value.restarts).flatMap(decodeRestart),
    plan: objectAt(value.plan),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/**
 * The writes of a journal. A line that is not whole is the last one of a run that was cut off, and was never acted upon.
 * @param text the file's
 */
export function decodeJournal(text: string): readonly JournalEntry[] {
  const entries = new Map<number, JournalEntry>();
  for (const line of text.split('\n')) {
    const value = parsed(line);
    const write = typeof value?.write === 'number' ? value.write : undefined;
    if (value === undefined || write === undefined) continue;
    const entry = value.line === 'before' ? decodeAhead(value) : answered(entries.get(write), value);
    if (entry !== undefined) entries.set(write, entry);
  }
  return [...entries.values()];
}

function decodeAhead(line: JsonObject): JournalEntry | undefined {
  const resource = decodeResource(line);
  const verb = WRITE_VERBS.find((one) => one === line.verb);
  if (verb === undefined || resource === undefined) return undefined;
  const { group, kind } = resource;
  const ref = { group, kind, namespace: text(line.namespace), name: text(line.name) };
  return { verb, ref, resource, before: objectOf(line.object), result: 'unanswered' };
}

function answered(entry: JournalEntry | undefined, line: JsonObject): JournalEntry | undefined {
  if (entry === undefined) return undefined;
  const { verb, ref, resource, before } = entry;
  const ahead: WriteAhead = { verb, ref, resource, before };
  if (line.line === 'refused') return { ...ahead, result: 'refused' };
  return line.line === 'after' ? { ...ahead, result: 'done', after: objectOf(line.object) } : entry;
}

function decodeChange(value: Json): readonly RunChange[] {
  const { ref, phase, stage, via } = objectAt(value);
  const known = STAGES.find((one) => one === stage);
  const named = text(phase);
  if (known === undefined || !isPhase(named)) return [];
  return [{ ref: decodeRef(ref), phase: named, stage: known, ...(isK8sObject(via) ? { via } : {}) }];
}

function decodeRestart(value: Json): readonly Restart[] {
  const { ref, resource, way, isBegun, isReinjected } = objectAt(value);
  const known = decodeResource(objectAt(resource));
  if (known === undefined) return [];
  return [
    {
      ref: decodeRef(ref),
      resource: known,
      way: way === 'evict' ? 'evict' : 'roll',
      isBegun: isBegun === true,
      isReinjected: isReinjected === true,
    },
  ];
}

function decodeRef(value: Json | undefined): ObjectRef {
  const { group, kind, namespace, name } = textsOf(objectAt(value), ['group', 'kind', 'namespace', 'name']);
  return { group, kind, namespace, name };
}

function decodeResource(value: JsonObject): ApiResource | undefined {
  const { group, version, kind, resource } = textsOf(value, ['group', 'version', 'kind', 'resource']);
  if (version === '' || kind === '' || resource === '') return undefined;
  return { group, version, kind, resource, namespaced: value.namespaced === true, verbs: [] };
}

function decodeOutcome(value: Json | undefined): Outcome | undefined {
  const { result, at, message } = objectAt(value);
  const known = RUN_RESULTS.find((one) => one === result);
  return known === undefined ? undefined : { result: known, at: text(at), message: stringAt(message) };
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: Json = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function phasesOf(value: Json | undefined): readonly Phase[] {
  return strings(value).filter(isPhase);
}

function objectOf(value: Json | undefined): K8sObject | undefined {
  return isK8sObject(value) ? value : undefined;
}

function text(value: Json | undefined): string {
  return stringAt(value) ?? '';
}

function strings(value: Json | undefined): readonly string[] {
  return listAt(value).filter((item) => typeof item === 'string');
}

function textsOf<Key extends string>(object: JsonObject, keys: readonly Key[]): Record<Key, string>;
function textsOf(object: JsonObject, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, text(object[key])]));
}
