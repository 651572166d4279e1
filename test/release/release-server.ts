import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http, { type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from '../cluster-edge/api-server.ts';

/** What the server has: bytes by path, or how it answers. */
export type Served = Buffer | ((response: ServerResponse) => void);

export interface ReleaseServer {
  readonly url: string;
  /** Paths, in the order in which they were asked for. */
  readonly asked: readonly string[];
}

/** A server on the loopback interface, closed after the test. */
export async function serveFiles(t: TestContext, files: Readonly<Record<string, Served>>): Promise<ReleaseServer> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const file = files[path];
    if (file === undefined) response.writeHead(404).end('no such file');
    else if (typeof file === 'function') file(response);
    else response.writeHead(200, { 'Content-Length': file.length }).end(file);
  });
  return { url: `http://127.0.0.1:${await listen(t, server)}`, asked };
}

/** An archive as Istio publishes one, with its checksum beside it. */
export async function published(version: string, file: string, name = `istio-${version}-linux.tar.gz`) {
  const bytes = await readFile(file);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { [`/${version}/${name}`]: bytes, [`/${version}/${name}.sha256`]: Buffer.from(`${digest}  ${name}\n`) };
}
