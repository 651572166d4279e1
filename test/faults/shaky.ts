import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Middle, send, statusAnswer } from './http-face.ts';

/** What can happen to a request. `lost` is made and its answer never comes; `broken` ends early on a connection that is whole. */
export const FAULTS = [
  'reset',
  'lost',
  'truncated',
  'broken',
  'delayed',
  '409',
  '429',
  '500',
  '500 after',
  '503',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** How often each fault was made. */
export type Counts = Map<Fault, number>;

/** Spoils a tenth of all requests. */
export function shaky(seed: number, counts: Counts = new Map(), share = 0.1): Middle {
  const random = randomNumbers(seed);
  return async (_call, answer, response) => {
    const fault = random() < share ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
    if (fault === undefined) return send(response, await answer());
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    await make(fault, answer, response);
  };
}

async function make(fault: Fault, answer: () => Promise<Answer>, response: ServerResponse): Promise<void> {
  switch (fault) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'lost':
      await answer();
      response.socket?.resetAndDestroy();
      return;
    case 'truncated':
      return truncated(response, await answer());
    case 'broken':
      return broken(response, await answer());
    case 'delayed':
      await sleep(30);
      return send(response, await answer());
    case '409':
      return send(response, statusAnswer(409, 'Conflict', 'a proxy says that the object has been modified'));
    case '429':
      return send(response, statusAnswer(429, 'TooManyRequests', 'slow down'), { 'Retry-After': '1' });
    case '500':
      return send(response, statusAnswer(500, 'InternalError', 'a proxy is in trouble'));
    case '500 after':
      await answer();
      return send(response, statusAnswer(500, 'InternalError', 'a proxy got into trouble afterwards'));
    case '503':
      return send(response, statusAnswer(503, 'ServiceUnavailable', 'a proxy has nobody to ask'));
  }
}

function truncated(response: ServerResponse, { status, body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.socket?.resetAndDestroy());
}

function broken(response: ServerResponse, { status, body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(text.slice(0, text.length / 2));
}
