import path from 'node:path';
import { parse } from 'yaml';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt, valueAt } from '../core/json.ts';
import {
  type ClusterEntry,
  type ContextEntry,
  readCluster,
  readContext,
  readUser,
  type UserEntry,
} from './kubeconfig-entry.ts';

/** What kubeconfig files say, by name. Paths in it are absolute. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
}

/**
 * @param file where the text comes from: relative paths in it are relative to its directory
 * @throws UpgradeError (usage) when it is not a kubeconfig
 */
export function parseKubeconfig(text: string, file: string): Kubeconfig {
  const root = parseYaml(text, file);
  const directory = path.dirname(path.resolve(file));
  return {
    currentContext: stringAt(root['current-context']) || undefined,
    contexts: entries(root.contexts, 'context', readContext),
    clusters: entries(root.clusters, 'cluster', (cluster) => readCluster(cluster, directory)),
    users: entries(root.users, 'user', (user) => readUser(user, directory)),
  };
}

/**
 * Several files as one: of two entries of one name the first file's wins, whole.
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const lastFirst = configs.toReversed();
  return {
    currentContext: configs.find((config) => config.currentContext !== undefined)?.currentContext,
    contexts: new Map(lastFirst.flatMap((config) => [...config.contexts])),
    clusters: new Map(lastFirst.flatMap((config) => [...config.clusters])),
    users: new Map(lastFirst.flatMap((config) => [...config.users])),
  };
}

function parseYaml(text: string, file: string): JsonObject {
  let root: Json;
  try {
    root = parse(text, { logLevel: 'error' });
  } catch (cause) {
    const [line] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new UpgradeError(`kubeconfig ${file} is not valid YAML: ${line}`, { exit: EXIT.usage, cause });
  }
  if (root === null || root === undefined) return {};
  if (!isObject(root)) throw new UpgradeError(`kubeconfig ${file} is not a mapping`, { exit: EXIT.usage });
  return root;
}

function entries<T>(list: Json | undefined, key: string, read: (value: JsonObject) => T): Map<string, T> {
  const found = new Map<string, T>();
  for (const item of listAt(list)) {
    const name = stringAt(valueAt(item, 'name'));
    if (name !== undefined && !found.has(name)) found.set(name, read(objectAt(valueAt(item, key))));
  }
  return found;
}
