import { isObject, objectAt, stringAt, valueAt } from '../../../src/core/json.ts';
import { isK8sObject, type K8sObject, uidOf } from '../../../src/core/object.ts';
import type { RawClient } from './raw-client.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: K8sObject;
}

export interface Watching {
  /** When the first list has been handed out and the watch goes on from there. */
  readonly listed: Promise<void>;
  stop(): void;
}

/** Hands out all objects of a list, then every change of them, across watches that the server ends and versions that expire. */
export function watchObjects(client: RawClient, path: string, onEvent: (event: WatchEvent) => void): Watching {
  const aborted = new AbortController();
  const list = new WatchedList(client, path, onEvent);
  const listed = list.relist();
  const stop = (): void => aborted.abort();
  list.follow(listed, aborted.signal).catch((error: unknown) => {
    if (!aborted.signal.aborted) throw error;
  });
  return { listed, stop };
}

class WatchedList {
  readonly #client: RawClient;
  readonly #path: string;
  readonly #onEvent: (event: WatchEvent) => void;
  readonly #known = new Map<string, K8sObject>();
  #resourceVersion = '';

  constructor(client: RawClient, path: string, onEvent: (event: WatchEvent) => void) {
    this.#client = client;
    this.#path = path;
    this.#onEvent = onEvent;
  }

  async relist(): Promise<void> {
    const list = await this.#client.read(this.#path);
    const items = Array.isArray(list?.items) ? list.items : [];
    const kind = `${stringAt(list?.kind)}`.replace(/List$/, '');
    const gone = new Map(this.#known);
    for (const item of items) {
      const object = { apiVersion: `${list?.apiVersion}`, kind, ...item };
      gone.delete(uidOf(object) ?? '');
      this.#tell({ type: 'ADDED', object });
    }
    for (const object of gone.values()) this.#tell({ type: 'DELETED', object });
    this.#resourceVersion = `${valueAt(list, 'metadata', 'resourceVersion')}`;
  }

  async follow(listed: Promise<void>, signal: AbortSignal): Promise<void> {
    await listed;
    while (!signal.aborted) {
      if (!(await this.#watch(signal))) await this.relist();
    }
  }

  /** One connection. @returns false when the resource version is too old to go on from */
  async #watch(signal: AbortSignal): Promise<boolean> {
    const separator = this.#path.includes('?') ? '&' : '?';
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.#resourceVersion}`;
    for await (const line of this.#client.lines(`${this.#path}${separator}${query}`, signal)) {
      const { type, object } = objectAt(JSON.parse(line));
      if (typeof type !== 'string' || type === 'ERROR') return false;
      this.#resourceVersion = stringAt(valueAt(object, 'metadata', 'resourceVersion')) ?? this.#resourceVersion;
      if (!isObject(object) || !isK8sObject(object)) continue;
      if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') this.#tell({ type, object });
    }
    return true;
  }

  #tell(event: WatchEvent): void {
    const uid = uidOf(event.object) ?? '';
    if (event.type === 'DELETED') this.#known.delete(uid);
    else this.#known.set(uid, event.object);
    this.#onEvent(event);
  }
}
