import { ApiError } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refOf, uidOf } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { WriteVerb } from '../core/run.ts';
import type { Evictor } from './evictor.ts';
import type { Cluster, Journal } from './ports.ts';
import { readsOf } from './reads-of.ts';

const PODS: ApiResource = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true, verbs: [] };

interface Write<T> {
  readonly verb: WriteVerb;
  readonly resource: ApiResource;
  readonly ref: Pick<ObjectRef, 'namespace' | 'name'>;
  readonly send: () => Promise<T>;
  readonly afterOf: (answer: T) => K8sObject | undefined;
}

/** The same cluster, every write of which is kept in the journal: the object before it, and what the server answered. */
export function journalled(cluster: Cluster & Evictor, journal: Journal): Cluster & Evictor {
  async function kept<T>({ verb, resource, ref, send, afterOf }: Write<T>): Promise<T> {
    const before = await cluster.get(resource, ref);
    const { group, kind } = resource;
    const number = await journal.before({ verb, ref: { group, kind, ...ref }, resource, before });
    const answer = await answered(number, send);
    await journal.done(number, afterOf(answer));
    return answer;
  }

  async function answered<T>(number: number, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (isRefusal(error)) await journal.refused(number);
      throw error;
    }
  }

  return {
    ...readsOf(cluster),
    apply: (resource, body, options) => {
      const send = () => cluster.apply(resource, body, options);
      return options?.dryRun ? send() : kept({ verb: 'apply', resource, ref: nameOf(body), send, afterOf: itself });
    },
    update: (resource, body, options) => {
      const send = () => cluster.update(resource, body, options);
      return options?.dryRun ? send() : kept({ verb: 'update', resource, ref: nameOf(body), send, afterOf: itself });
    },
    patch: (resource, { namespace, name }, patch) => {
      const ref = { namespace, name };
      return kept({ verb: 'patch', resource, ref, send: () => cluster.patch(resource, ref, patch), afterOf: itself });
    },
    delete: (resource, { namespace, name }, options) => {
      const ref = { namespace, name };
      const send = () => cluster.delete(resource, ref, options);
      return kept({ verb: 'delete', resource, ref, send, afterOf: () => undefined });
    },
    evict: async (pod) => {
      // Its workload makes another one: which it was is all there is to keep.
      const { name, namespace = '' } = pod.metadata;
      const before: K8sObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid: uidOf(pod) } };
      const number = await journal.before({ verb: 'evict', ref: refOf(before), resource: PODS, before });
      await answered(number, () => cluster.evict(pod));
      await journal.done(number, undefined);
    },
  };
}

/** Whether the server said that it did not do it; of any other failure nobody knows. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

function nameOf({ metadata: { namespace, name } }: K8sObject): Write<unknown>['ref'] {
  return { namespace: namespace ?? '', name };
}

function itself(object: K8sObject): K8sObject {
  return object;
}
