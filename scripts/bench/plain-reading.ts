import { join } from 'node:path';
import type { TestCluster } from '../../test/cluster/harness/cluster.ts';
import type { Program } from './run-program.ts';

const READER = join(import.meta.dirname, 'plain-reader.ts');

/** Reads lists page by page by plain requests, in a process of its own, and parses them. */
export function plainReading(
  { url, authority }: Pick<TestCluster, 'url' | 'authority'>,
  lists: readonly string[],
): Program {
  const env = { URL: url, CA: authority.own.cert, TOKEN: 'admin-token', LISTS: lists.join(' ') };
  return { argv: [process.execPath, READER], env };
}

/**
 * The lists that a run of the program has read, each once, without its pages.
 * @param log what it says at `-v 6`
 */
export function listsIn(log: string): readonly string[] {
  const urls = [...log.matchAll(/^GET (\S+) 200 /gm)].map(([, url = '']) => new URL(url));
  const lists = urls.filter(({ searchParams }) => searchParams.has('limit')).map(withoutPages);
  return [...new Set(lists)];
}

function withoutPages({ pathname, searchParams }: URL): string {
  searchParams.delete('limit');
  searchParams.delete('continue');
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`;
}
