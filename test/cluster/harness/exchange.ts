import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { type Answer, parsed } from './answer.ts';

/** One request and its whole answer. */
export function exchange(url: string, options: https.RequestOptions, text: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request(url, options, (response) => whole(response).then(resolve, reject));
    request.once('error', reject);
    request.end(text);
  });
}

async function whole(response: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  const text = (await response.setEncoding('utf8').toArray()).join('');
  return { status, headers, body: parsed(text, headers['content-type']) };
}

/** The text of an answer as it comes. */
export function opened(url: string, options: https.RequestOptions): Promise<AsyncIterable<string>> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, options, (response) => resolve(response.setEncoding('utf8')));
    request.once('error', reject);
  });
}
