import { isObject, type JsonObject, listAt, stringAt } from '../../../src/core/json.ts';

interface Served {
  readonly resource: string;
  readonly namespaced: boolean;
}

type Kinds = ReadonlyMap<string, Served>;

/** Which path a kind is served at, as the server's discovery says; asked once for each API version. */
export class ResourcePaths {
  readonly #read: (path: string) => Promise<JsonObject | undefined>;
  readonly #known = new Map<string, Promise<Kinds>>();

  constructor(read: (path: string) => Promise<JsonObject | undefined>) {
    this.#read = read;
  }

  /**
   * @param namespace undefined for all namespaces; of no account where the kind is cluster-scoped
   * @throws Error where the kind is not served
   */
  async collection(apiVersion: string, kind: string, namespace: string | undefined): Promise<string> {
    const { resource, namespaced } = await this.#served(apiVersion, kind);
    const within = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
    return `${root(apiVersion)}${within}/${resource}`;
  }

  async serves(apiVersion: string, kind: string): Promise<boolean> {
    const kinds = await this.#ask(apiVersion);
    return kinds.has(kind);
  }

  async #served(apiVersion: string, kind: string): Promise<Served> {
    const remembered = (await this.#known.get(apiVersion))?.get(kind);
    if (remembered) return remembered;
    const asked = this.#ask(apiVersion);
    this.#known.set(apiVersion, asked);
    const served = (await asked).get(kind);
    if (!served) throw new Error(`${kind} of ${apiVersion} is not served`);
    return served;
  }

  async #ask(apiVersion: string): Promise<Kinds> {
    const kinds = new Map<string, Served>();
    for (const item of listAt((await this.#read(root(apiVersion)))?.resources)) {
      if (!isObject(item)) continue;
      const resource = stringAt(item.name) ?? '';
      if (!resource.includes('/')) kinds.set(`${item.kind}`, { resource, namespaced: item.namespaced === true });
    }
    return kinds;
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
