import { ApiError, NoAnswer } from '../core/errors.ts';
import { type K8sObject, type ObjectRef, refOf, refText, uidOf } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { Evictor } from './evictor.ts';
import type { Clock, Cluster } from './ports.ts';
import { readsOf } from './reads-of.ts';
import { type Fate, fateOfApply, fateOfDeletion, fateOfPatch, fateOfUpdate } from './took-effect.ts';

type Name = Pick<ObjectRef, 'namespace' | 'name'>;

interface Write<T> {
  readonly resource: ApiResource;
  readonly ref: Name;
  readonly send: () => Promise<T>;
  readonly fate: (live: K8sObject | undefined) => Fate;
  /** The answer that was lost, from what is there. */
  readonly made: (live: K8sObject | undefined) => T;
}

// Of a server that answers with a failure, and of one that does not answer.
const ATTEMPTS = { failed: 5, lost: 8 } as const;
const FIRST_DELAY = 200;
const LONGEST_DELAY = 5_000;

const PODS: ApiResource = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true, verbs: [] };

/**
 * The same cluster with writes that are repeated when no answer came or the server failed, after a look at what became of them.
 * @returns a write that was overtaken by somebody else's is a conflict, as if the server had said so
 */
export function sureWrites(cluster: Cluster & Evictor, clock: Clock): Cluster & Evictor {
  const sure = async <T>(write: Write<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await write.send();
      } catch (error) {
        if (!isUnsure(error, attempt) || attempt >= attemptsAfter(error)) throw error;
        await clock.sleep(Math.min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY));
        const live = await cluster.get(write.resource, write.ref);
        const fate = write.fate(live);
        if (fate === 'made') return write.made(live);
        if (fate === 'overtaken') throw overtaken(write, error);
      }
    }
  };
  return {
    ...readsOf(cluster),
    apply: (resource, body, options) => {
      const send = () => cluster.apply(resource, body, options);
      const fate = (live: K8sObject | undefined) => fateOfApply(body, live);
      return options?.dryRun ? send() : sure({ resource, ref: refOf(body), send, fate, made: present });
    },
    update: (resource, body, options) => {
      const send = () => cluster.update(resource, body, options);
      const fate = (live: K8sObject | undefined) => fateOfUpdate(body, live);
      return options?.dryRun ? send() : sure({ resource, ref: refOf(body), send, fate, made: present });
    },
    patch: (resource, ref, patch) => {
      const send = () => cluster.patch(resource, ref, patch);
      return sure({ resource, ref, send, fate: (live) => fateOfPatch(patch, live), made: present });
    },
    delete: (resource, ref, options = {}) => {
      const send = () => cluster.delete(resource, ref, options);
      return sure({ resource, ref, send, fate: (live) => fateOfDeletion(options, live), made: () => undefined });
    },
    evict: (pod) => {
      const fate = (live: K8sObject | undefined) => fateOfDeletion({ uid: uidOf(pod) }, live);
      const send = () => cluster.evict(pod);
      return sure({ resource: PODS, ref: refOf(pod), send, fate, made: () => undefined });
    },
  };
}

/**
 * A failure of the server, or of what stands in front of it, may come after the write as well as before. What a repeated write is told
 * (gone, or changed meanwhile) may be the doing of the first one, which was only late.
 */
function isUnsure(error: unknown, attempt: number): error is ApiError | NoAnswer {
  if (error instanceof NoAnswer) return true;
  if (!(error instanceof ApiError) || error.isFieldConflict) return false;
  return error.status >= 500 || (attempt > 1 && (error.status === 409 || error.status === 404));
}

function attemptsAfter(error: ApiError | NoAnswer): number {
  return error instanceof NoAnswer ? ATTEMPTS.lost : ATTEMPTS.failed;
}

function overtaken({ resource, ref }: Write<unknown>, cause: ApiError | NoAnswer): ApiError {
  const name = refText({ ...resource, ...ref });
  return new ApiError(`${name} was changed by somebody else while its answer was lost: ${cause.message}`, {
    status: 409,
    reason: 'Conflict',
    hint: 'run the command again: it goes on from what it finds',
  });
}

function present(live: K8sObject | undefined): K8sObject {
  if (live === undefined) throw new Error('what was written is there');
  return live;
}
