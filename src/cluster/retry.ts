import type { Clock } from '../app/ports.ts';
import { type Json, listAt, valueAt } from '../core/json.ts';
import { type Answer, BrokenAnswer } from './transport.ts';

/**
 * What may happen when a request is sent twice. `read` and `dry-run` end up the same; `locked-dry-run` too, until its lock is stale; `probe`
 * is a read whose refusal is an answer too, once it is repeated; a refusal of `once` is always an answer; `write` is anything else: whoever
 * asks has to look what became of it.
 */
export type Safety = 'read' | 'probe' | 'dry-run' | 'locked-dry-run' | 'write' | 'once';

export interface RetryOptions {
  readonly safety: Safety;
  readonly clock: Clock;
  /** The server was there before: one that refuses connections by now is waited for. */
  readonly wasThere?: boolean;
  /** Nobody listened a moment ago: a server that starts knows neither all of its resources nor all rights yet. */
  readonly isStarting?: (() => boolean) | undefined;
  /** No more attempts, and no more waiting, once it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

type Trouble = 'throttled' | 'starting' | 'unavailable' | 'failed' | 'raced' | 'lost' | 'refused';

/** Attempts that may end in the same trouble, the first one included. */
const ATTEMPTS: Readonly<Record<Trouble, number>> = {
  throttled: 10,
  starting: 6,
  unavailable: 10,
  failed: 6,
  raced: 4,
  lost: 8,
  // Nobody listens, and perhaps nobody ever did: a wrong address is told soon.
  refused: 3,
};
/** A server that restarts. */
const ATTEMPTS_WHEN_THERE: Readonly<Record<Trouble, number>> = { ...ATTEMPTS, lost: 20, refused: 20 };
/** What mostly stays so: an aggregated API that is down (its group is done without), a webhook that cannot be called. */
const ATTEMPTS_OF: Partial<Readonly<Record<Safety, Partial<Readonly<Record<Trouble, number>>>>>> = {
  probe: { unavailable: 4, failed: 4 },
  'dry-run': { failed: 4 },
  'locked-dry-run': { failed: 4 },
};

/** A request that was throttled, or that a starting server did not know, was not begun: any may be sent again. */
const RETRIED: Readonly<Record<Safety, readonly Trouble[]>> = {
  read: ['throttled', 'starting', 'unavailable', 'failed', 'raced', 'lost', 'refused'],
  probe: ['throttled', 'starting', 'unavailable', 'failed', 'raced', 'lost', 'refused'],
  'dry-run': ['throttled', 'starting', 'unavailable', 'failed', 'raced', 'lost', 'refused'],
  'locked-dry-run': ['throttled', 'starting', 'unavailable', 'failed', 'lost', 'refused'],
  write: ['throttled', 'starting'],
  once: [],
};

const FIRST_DELAY = 200;
const LONGEST_DELAY = 5_000;
/** A server may ask for more patience than we take upon ourselves. */
const LONGEST_RETRY_AFTER = 30_000;
/** From the first attempt on; what is a write may have to be looked at again before it is sent so much later. */
const LONGEST_TRYING = 60_000;
const LONGEST_TRYING_TO_WRITE = 10_000;

/**
 * Sends until there is an answer worth having, or no use in trying.
 * @param send makes one attempt; called again only where `safety` allows
 * @returns the last answer, whatever its status
 * @throws what the last attempt threw
 */
export async function withRetry<T extends Answer>(send: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, signal, safety } = options;
  const deadline = clock.now() + (safety === 'write' ? LONGEST_TRYING_TO_WRITE : LONGEST_TRYING);
  const met = new Map<Trouble, number>();
  for (;;) {
    const outcome = await tried(send);
    const trouble = troubleOf(outcome, options.isStarting?.() === true);
    if (trouble === undefined) return result(outcome);
    // Each trouble has its own patience: one often comes behind another.
    const attempt = (met.get(trouble) ?? 0) + 1;
    met.set(trouble, attempt);
    if (!isWorthRetrying(trouble, attempt, options)) return result(outcome);
    const delay = delayBefore(attempt, outcome, clock);
    if (clock.now() + delay > deadline) return result(outcome);
    await clock.sleep(delay, signal);
    if (signal?.aborted) return result(outcome);
  }
}

type Outcome<T> = { readonly answer: T } | { readonly error: unknown };

async function tried<T>(send: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { answer: await send() };
  } catch (error) {
    return { error };
  }
}

function result<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.answer;
}

function isWorthRetrying(trouble: Trouble, attempt: number, { safety, signal, wasThere }: RetryOptions): boolean {
  const most = ATTEMPTS_OF[safety]?.[trouble] ?? (wasThere ? ATTEMPTS_WHEN_THERE : ATTEMPTS)[trouble];
  return signal?.aborted !== true && RETRIED[safety].includes(trouble) && attempt < most;
}

function troubleOf(outcome: Outcome<Answer>, isStarting: boolean): Trouble | undefined {
  if ('answer' in outcome) {
    const { status, text } = outcome.answer;
    const isUnknown = status === 403 || (status === 404 && !text.startsWith('{'));
    return isStarting && isUnknown ? 'starting' : troubleOfAnswer(outcome.answer);
  }
  if (outcome.error instanceof BrokenAnswer) return 'lost';
  const code = codeOf(outcome.error);
  if (code === 'ECONNREFUSED') return 'refused';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'lost' : undefined;
}

function troubleOfAnswer({ status, text }: Answer): Trouble | undefined {
  if (status === 429) return 'throttled';
  if (status === 503) return 'unavailable';
  if (status === 409) return isLasting(text) ? undefined : 'raced';
  return status === 500 || status === 502 || status === 504 ? 'failed' : undefined;
}

/** The object is there already, or another manager owns a field of it; any other conflict is over in a moment. */
function isLasting(text: string): boolean {
  try {
    const status: Json = JSON.parse(text);
    if (valueAt(status, 'reason') === 'AlreadyExists') return true;
    return listAt(valueAt(status, 'details', 'causes')).some(
      (cause) => valueAt(cause, 'reason') === 'FieldManagerConflict',
    );
  } catch {
    return false;
  }
}

function delayBefore(attempt: number, outcome: Outcome<Answer>, clock: Clock): number {
  const asked = 'answer' in outcome ? retryAfter(outcome.answer.headers['retry-after'], clock.now()) : undefined;
  if (asked !== undefined) return Math.min(asked, LONGEST_RETRY_AFTER);
  return Math.min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY);
}

/**
 * @param header seconds, or a date
 * @returns milliseconds to wait
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The system's code for a failed connection (`ECONNRESET`). */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
