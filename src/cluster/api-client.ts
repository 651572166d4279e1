import type { Clock } from '../app/ports.ts';
import { UpgradeError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { apiError, noAnswer } from './api-error.ts';
import type { Connection } from './connection.ts';
import { limiter } from './limiter.ts';
import { codeOf, type Safety, withRetry } from './retry.ts';
import { type Answer, BrokenAnswer, httpTransport, type Request } from './transport.ts';
import { warningCollector } from './warnings.ts';

/** One question to the API server. */
export interface Call {
  /** For messages: `get Deployment.apps/istio-system/istio-pilot`. */
  readonly what: string;
  readonly safety: Safety;
  readonly request: Request;
  /** Sees the body of a success before it is parsed, which keeps everything else waiting where it is long. */
  readonly onText?: (text: string) => Promise<void>;
}

/**
 * The JSON body of a successful answer.
 * @throws ApiError for a refusal, UpgradeError where no answer came
 */
export type Ask = (call: Call) => Promise<Json>;

export interface ApiClient {
  readonly ask: Ask;
  /** The body as it came. */
  readonly askText: (call: Call) => Promise<string>;
  close(): Promise<void>;
}

/** One attempt, for `-v`. Neither headers nor bodies: they carry secrets. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly milliseconds: number;
}

export interface ApiClientOptions {
  readonly clock: Clock;
  /** Goes into `User-Agent`. */
  readonly version: string;
  /** Requests at a time; 8 by default, each on a connection of its own. */
  readonly concurrency?: number | undefined;
  /** Milliseconds for one request, 0 for any time; 30 000 by default. */
  readonly requestTimeout?: number | undefined;
  /** Each text of the server's `Warning` headers, once. */
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

/** How long a server may take from its first answer until it knows everything. */
const STARTING = 10_000;

/** Asks an API server: at most so many requests at a time, with credentials that are renewed, and retries where they are safe. */
export function apiClient(connection: Connection, options: ApiClientOptions): ApiClient {
  const { clock, version, concurrency = 8, requestTimeout = 30_000 } = options;
  const transport = httpTransport(connection, { version, concurrency, requestTimeout });
  const limit = limiter(concurrency);
  const warn = warningCollector(options.onWarning ?? (() => {}));
  const closed = new AbortController();
  let wasThere = false;
  let refusedAt = Number.NEGATIVE_INFINITY;
  const isStarting = () => wasThere && clock.now() - refusedAt < STARTING;

  const attempt = async (request: Request, isSecond = false): Promise<Answer> => {
    const credential = await connection.credentials.get();
    const answer = await timed(request, () => transport.send(request, credential));
    if (answer.status !== 401 || isSecond || !connection.credentials.renew(credential)) return answer;
    return attempt(request, true);
  };

  const timed = async (request: Request, send: () => Promise<Answer>): Promise<Answer> => {
    const began = clock.now();
    let status = 0;
    try {
      const answer = await send();
      status = answer.status;
      wasThere = true;
      return answer;
    } catch (error) {
      if (codeOf(error) === 'ECONNREFUSED') refusedAt = clock.now();
      throw error;
    } finally {
      const url = connection.server + request.path;
      options.onExchange?.({ method: request.method, url, status, milliseconds: clock.now() - began });
    }
  };

  const asked = async <T>({ what, safety, request }: Call, read: (text: string) => Promise<T>): Promise<T> => {
    const retries = { safety, clock, wasThere, isStarting, signal: closed.signal };
    const send = async () => withContent(await limit(() => attempt(request)), read);
    const answer = await withRetry(send, retries).catch((cause: unknown) => {
      throw noAnswer({ what, address: connection.server, safety }, cause);
    });
    warn(answer.warnings);
    if (answer.content === undefined) throw apiError(what, answer);
    return answer.content.value;
  };
  const ask: Ask = (call) =>
    asked(call, async (text) => {
      await call.onText?.(text);
      return parseBody(call.what, text);
    });
  const askText = (call: Call): Promise<string> => asked(call, async (text) => text);

  const close = async (): Promise<void> => {
    closed.abort();
    await transport.close();
  };
  return { ask, askText, close };
}

interface Read<T> extends Answer {
  /** Of a success only. */
  readonly content: { readonly value: T } | undefined;
}

/** @throws BrokenAnswer for JSON that was cut off, although its connection was not */
async function withContent<T>(answer: Answer, read: (text: string) => Promise<T>): Promise<Read<T>> {
  const isSuccess = answer.status >= 200 && answer.status <= 299;
  // What is refused with decides what is done next: half of it is nothing.
  if (!isSuccess && answer.text.startsWith('{')) parseBody('', answer.text);
  return { ...answer, content: isSuccess ? { value: await read(answer.text) } : undefined };
}

/** @throws BrokenAnswer for JSON that was cut off, although its connection was not */
function parseBody(what: string, text: string): Json {
  try {
    const body: Json = JSON.parse(text);
    return body;
  } catch (cause) {
    if (/^\s*[{[]/.test(text) || text === '') throw new BrokenAnswer('the answer breaks off', { cause });
    throw new UpgradeError(
      `${what}: the answer is not JSON${text.trimStart().startsWith('<') ? ' but a page of HTML' : ''}`,
      {
        hint: 'is the server in the kubeconfig a Kubernetes API server?',
        cause,
      },
    );
  }
}
