// Reads the lists that are named in LISTS, page by page, with plain requests over one connection a list, and parses them.
import https from 'node:https';
import { text } from 'node:stream/consumers';

const { URL: server = '', CA: ca = '', TOKEN = '', LISTS = '' } = process.env;
const agent = new https.Agent({ keepAlive: true, ca });
const headers = { Authorization: `Bearer ${TOKEN}`, Accept: 'application/json' };

interface Page {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly unknown[];
}

async function page(path: string): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  https.get(`${server}${path}`, { agent, headers }, (answer) => text(answer).then(resolve, reject)).on('error', reject);
  return JSON.parse(await promise);
}

async function readAll(path: string): Promise<number> {
  let count = 0;
  let next: string | undefined;
  do {
    const { items, metadata } = await page(
      `${path}${path.includes('?') ? '&' : '?'}limit=500${next ? `&continue=${next}` : ''}`,
    );
    count += items?.length ?? 0;
    next = metadata?.continue || undefined;
  } while (next !== undefined);
  return count;
}

const counts = await Promise.all(LISTS.split(' ').map(readAll));
agent.destroy();
process.stdout.write(`${counts.reduce((total, count) => total + count, 0)} objects\n`);
