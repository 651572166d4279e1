import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { durationText } from '../core/duration.ts';
import { UpgradeError } from '../core/errors.ts';

export interface HttpOptions {
  /** The pool of connections to a server, through its proxy where it has one; the one who gives it closes it. */
  readonly agentFor: (url: URL) => Promise<http.Agent>;
  readonly userAgent: string;
  /** Milliseconds without an answer, or without more of it, until it is given up; 0 for never. */
  readonly idleTimeout: number;
}

export interface Body {
  /** Bytes, where the server says how many. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const MAX_REDIRECTS = 5;

/**
 * Gets what is at a URL; redirects are followed, to safer places only.
 * @throws UpgradeError for any answer but a success, and (while its chunks are read) for one that breaks off or comes to a halt
 */
export async function httpGet(url: URL, options: HttpOptions): Promise<Body> {
  let at = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await ask(at, options);
    const to = redirectOf(answer.response, at);
    if (to === undefined) return bodyOf(answer, url);
    answer.end();
    if (at.protocol === 'https:' && to.protocol !== 'https:') throw failed(url, `it leads from https to ${to}`);
    at = to;
  }
  throw failed(url, `more than ${MAX_REDIRECTS} redirects`);
}

/** An answer that has begun. Its watch ends it when nothing comes any more. */
interface Answer {
  readonly response: IncomingMessage;
  /** Something came. */
  readonly goesOn: () => void;
  readonly end: () => void;
}

async function ask(url: URL, { agentFor, userAgent, idleTimeout }: HttpOptions): Promise<Answer> {
  const agent = await agentFor(url);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { request } = url.protocol === 'https:' ? https : http;
  const sent = request(url, { agent, headers: { 'User-Agent': userAgent, Accept: '*/*' } });
  const halt = () => sent.destroy(new Error(`nothing came for ${durationText(idleTimeout)}`));
  const watch = idleTimeout > 0 ? setTimeout(halt, idleTimeout) : undefined;
  const end = () => {
    clearTimeout(watch);
    sent.destroy();
  };
  sent.on('response', resolve).on('error', reject).end();
  try {
    return { response: await promise, goesOn: () => watch?.refresh(), end };
  } catch (cause) {
    end();
    throw failed(url, cause);
  }
}

function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return undefined;
  const to = URL.parse(location, from.href);
  return to?.protocol === 'https:' || to?.protocol === 'http:' ? to : undefined;
}

function bodyOf({ response, goesOn, end }: Answer, url: URL): Body {
  const { statusCode = 0, statusMessage, headers } = response;
  if (statusCode !== 200) {
    end();
    throw failed(url, `the server answered ${statusCode} ${statusMessage ?? ''}`.trimEnd());
  }
  const length = Number(headers['content-length'] ?? Number.NaN);
  const size = Number.isSafeInteger(length) ? length : undefined;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let received = 0;
    try {
      for await (const chunk of response) {
        received += chunk.length;
        goesOn();
        yield chunk;
      }
    } catch (cause) {
      throw failed(url, `it broke off after ${received}${size === undefined ? '' : ` of ${size}`} bytes`, cause);
    } finally {
      end();
    }
  }
  return { size, chunks: chunks() };
}

/** Without what only the server should see. */
export function urlText({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function failed(url: URL, why: unknown, cause: unknown = why): UpgradeError {
  const text = why instanceof Error ? why.message || String(Reflect.get(why, 'code')) : String(why);
  return new UpgradeError(`cannot download ${urlText(url)}: ${text}`, {
    cause,
    hint: 'look whether there is such a release and try again; or name another place with --release-url, or an archive with --release',
  });
}
