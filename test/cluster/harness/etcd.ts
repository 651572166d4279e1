import http from 'node:http';
import { type Json, listAt, objectAt, stringAt, valueAt } from '../../../src/core/json.ts';

/** Everything that the API server stores, by base64 key; leases and events are left out, as they come and go with time. */
export interface SavedState {
  readonly values: ReadonlyMap<string, string>;
}

export interface Restored {
  readonly written: number;
  readonly deleted: number;
}

const ROOT = '/registry/';
const FLEETING = ['/registry/events/', '/registry/leases/', '/registry/masterleases/'];
const PAGE = 500;
const OPERATIONS_A_TRANSACTION = 100;

/** What stands behind the API server, read and written through etcd's own JSON gateway. */
export class Etcd {
  readonly #url: string;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(url: string) {
    this.#url = url;
  }

  async save(): Promise<SavedState> {
    const values = new Map<string, string>();
    let from = encode(ROOT);
    let revision: Json | undefined;
    for (;;) {
      const answer = await this.#range(from, revision);
      revision ??= valueAt(answer, 'header', 'revision');
      const pairs = listAt(valueAt(answer, 'kvs')).map((pair) => objectAt(pair));
      for (const { key, value } of pairs) if (!isFleeting(`${key}`)) values.set(`${key}`, stringAt(value) ?? '');
      const last = pairs.at(-1);
      if (valueAt(answer, 'more') !== true || last === undefined) return { values };
      from = Buffer.concat([Buffer.from(`${last.key}`, 'base64'), Buffer.of(0)]).toString('base64');
    }
  }

  /** Writes what differs from the saved state, and deletes what it does not have: the server sees ordinary changes. */
  async restore(saved: SavedState): Promise<Restored> {
    const now = await this.save();
    const deleted = [...now.values.keys()].filter((key) => !saved.values.has(key));
    const written = [...saved.values].filter(([key, value]) => now.values.get(key) !== value);
    const deletions = deleted.map((key) => ({ requestDeleteRange: { key } }));
    const puts = written.map(([key, value]) => ({ requestPut: { key, value } }));
    const operations = [...deletions, ...puts];
    for (let at = 0; at < operations.length; at += OPERATIONS_A_TRANSACTION) {
      await this.#call('kv/txn', { success: operations.slice(at, at + OPERATIONS_A_TRANSACTION) });
    }
    return { written: written.length, deleted: deleted.length };
  }

  async compact(): Promise<void> {
    const revision = valueAt(await this.#range(encode(ROOT), undefined), 'header', 'revision') ?? null;
    await this.#call('kv/compaction', { revision, physical: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  #range(key: string, revision: Json | undefined): Promise<Json> {
    const atRevision = revision === undefined ? {} : { revision };
    return this.#call('kv/range', { key, range_end: encode('/registry0'), limit: PAGE, ...atRevision });
  }

  #call(method: string, body: Json): Promise<Json> {
    return new Promise((resolve, reject) => {
      const request = http.request(`${this.#url}/v3/${method}`, { method: 'POST', agent: this.#agent });
      request.once('error', reject);
      request.once('response', async (response) => {
        const text = (await response.setEncoding('utf8').toArray()).join('');
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`etcd ${method}: ${response.statusCode} ${text}`));
      });
      request.end(JSON.stringify(body));
    });
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function isFleeting(key: string): boolean {
  const text = Buffer.from(key, 'base64').toString();
  return FLEETING.some((prefix) => text.startsWith(prefix));
}
