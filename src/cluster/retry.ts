import type { Clock } from '../app/ports.ts';
import type { Answer } from './transport.ts';

/**
 * What may happen when a request is sent twice. `read` and `apply` (server-side apply, any dry-run) end up the same;
 * `probe` is a read whose refusal is an answer too; a refusal of `once` is always an answer; `write` is anything else.
 */
export type Safety = 'read' | 'probe' | 'apply' | 'write' | 'once';

export interface RetryOptions {
  readonly safety: Safety;
  readonly clock: Clock;
  /** No more attempts, and no more waiting, once it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

type Trouble = 'throttled' | 'unavailable' | 'failed' | 'lost' | 'refused';

/** Attempts in all, the first one included. Nobody listens: a restart of the server takes longer than we would wait. */
const ATTEMPTS: Readonly<Record<Trouble, number>> = { throttled: 10, unavailable: 6, failed: 4, lost: 4, refused: 3 };

/** A throttled request was not begun, so any may be sent again. */
const RETRIED: Readonly<Record<Safety, readonly Trouble[]>> = {
  read: ['throttled', 'unavailable', 'failed', 'lost', 'refused'],
  probe: ['throttled', 'lost'],
  apply: ['throttled', 'unavailable', 'lost', 'refused'],
  write: ['throttled'],
  once: [],
};

const FIRST_DELAY = 200;
const LONGEST_DELAY = 5_000;
/** A server may ask for more patience than we take upon ourselves. */
const LONGEST_RETRY_AFTER = 30_000;

/**
 * Sends until there is an answer worth having, or no use in trying.
 * @param send makes one attempt; called again only where `safety` allows
 * @returns the last answer, whatever its status
 * @throws what the last attempt threw
 */
export async function withRetry(send: () => Promise<Answer>, options: RetryOptions): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await tried(send);
    const trouble = troubleOf(outcome);
    if (trouble === undefined || !isWorthRetrying(trouble, attempt, options)) return result(outcome);
    await options.clock.sleep(delayBefore(attempt, outcome, options.clock), options.signal);
    if (options.signal?.aborted) return result(outcome);
  }
}

type Outcome = { readonly answer: Answer } | { readonly error: unknown };

async function tried(send: () => Promise<Answer>): Promise<Outcome> {
  try {
    return { answer: await send() };
  } catch (error) {
    return { error };
  }
}

function result(outcome: Outcome): Answer {
  if ('error' in outcome) throw outcome.error;
  return outcome.answer;
}

function isWorthRetrying(trouble: Trouble, attempt: number, { safety, signal }: RetryOptions): boolean {
  return signal?.aborted !== true && RETRIED[safety].includes(trouble) && attempt < ATTEMPTS[trouble];
}

function troubleOf(outcome: Outcome): Trouble | undefined {
  if ('answer' in outcome) return troubleOfStatus(outcome.answer.status);
  const code = codeOf(outcome.error);
  if (code === 'ECONNREFUSED') return 'refused';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'lost' : undefined;
}

function troubleOfStatus(status: number): Trouble | undefined {
  if (status === 429) return 'throttled';
  if (status === 503) return 'unavailable';
  return status === 500 || status === 502 || status === 504 ? 'failed' : undefined;
}

function delayBefore(attempt: number, outcome: Outcome, clock: Clock): number {
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
