import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Exchange } from '../../src/cluster/api-client.ts';
import { apiCluster } from '../../src/cluster/api-cluster.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { clientOptions, connectionTo, listen, listenOn, type Reply, selfSigned, serve } from './api-server.ts';

const VERSION: Reply = { body: { gitVersion: 'v1.20.2' } };

test('many requests one after the other take one TLS connection', async (t) => {
  const certificate = selfSigned(t);
  const server = await serve(t, () => VERSION, certificate);
  const cluster = apiCluster(
    connectionTo(server.url, { tls: { ca: certificate.cert, rejectUnauthorized: true } }),
    clientOptions(),
  );
  for (let count = 0; count < 30; count++) assert.equal(await cluster.version(), 'v1.20.2');
  assert.equal(server.seen.length, 30);
  assert.equal(server.connections(), 1);
  await cluster.close();
});

test('requests at once take no more connections than asked for', async (t) => {
  const server = await serve(t, () => VERSION);
  const cluster = apiCluster(connectionTo(server.url), clientOptions({ concurrency: 3 }));
  await Promise.all(Array.from({ length: 30 }, () => cluster.version()));
  assert.equal(server.seen.length, 30);
  assert.equal(server.connections(), 3);
  await cluster.close();
});

test('each impersonated group is a header line of its own', async (t) => {
  const server = await serve(t, () => VERSION);
  const impersonation = { 'Impersonate-User': 'eve', 'Impersonate-Group': ['admins', 'ops, really'] };
  const cluster = apiCluster(connectionTo(server.url, { impersonation }), clientOptions());
  await cluster.version();
  const lines = server.seen[0]?.rawHeaders ?? [];
  const groups = lines.filter((_, index) => lines[index - 1] === 'Impersonate-Group');
  assert.deepEqual(groups, ['admins', 'ops, really']);
  await cluster.close();
});

test('a request says who asks, and with what', async (t) => {
  const server = await serve(t, () => VERSION);
  const cluster = apiCluster(connectionTo(`${server.url}/prefix`), clientOptions());
  await cluster.version();
  const [seen] = server.seen;
  assert.equal(seen?.path, '/prefix/version');
  assert.equal(seen?.headers['user-agent'], 'kubectl-istio_upgrade/9.9.9');
  assert.equal(seen?.headers.authorization, 'Bearer secret');
  await cluster.close();
});

test('an answer that breaks off is asked for again', async (t) => {
  const replies: Reply[] = [
    { ...VERSION, cut: 'before' },
    { ...VERSION, cut: 'middle' },
  ];
  const server = await serve(t, () => replies.shift() ?? VERSION);
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  assert.equal(await cluster.version(), 'v1.20.2');
  assert.equal(server.seen.length, 3);
  await cluster.close();
});

test('an answer of JSON that breaks off without its connection is asked for again', async (t) => {
  const replies: Reply[] = [{ body: '{"gitVersion": "v1.2' }, { body: '' }, { status: 404, body: '{"kind": "Sta' }];
  const server = await serve(t, () => replies.shift() ?? VERSION);
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  assert.equal(await cluster.version(), 'v1.20.2');
  assert.equal(server.seen.length, 4);
  await cluster.close();
});

test('an answer that does not come is an error that names the flag for more time', async (t) => {
  const server = await serve(t, () => ({ silent: true }));
  const cluster = apiCluster(connectionTo(server.url), clientOptions({ requestTimeout: 50 }));
  await assert.rejects(cluster.version(), {
    message: `read the version: cannot reach ${server.url}: no answer within 50ms`,
    hint: /--request-timeout/,
  });
  assert.equal(server.seen.length, 1);
});

test('a certificate of an unknown authority, or for another name, is not trusted', async (t) => {
  const certificate = selfSigned(t);
  const server = await serve(t, () => VERSION, certificate);
  const strangers = apiCluster(connectionTo(server.url), clientOptions());
  await assert.rejects(strangers.version(), { message: /unknown authority/, hint: /--certificate-authority/ });
  const tls = { ca: certificate.cert, rejectUnauthorized: true, servername: 'other.example' };
  const misnamed = apiCluster(connectionTo(server.url, { tls }), clientOptions());
  await assert.rejects(misnamed.version(), { message: /another name/, hint: /--tls-server-name/ });
  const insecure = apiCluster(connectionTo(server.url, { tls: { rejectUnauthorized: false } }), clientOptions());
  assert.equal(await insecure.version(), 'v1.20.2');
  assert.equal(server.seen.length, 1);
});

test('a server that is not there is named, with what may be wrong', async () => {
  const clock = clientOptions();
  const refusing = apiCluster(connectionTo('http://127.0.0.1:1'), clock);
  await assert.rejects(refusing.version(), {
    message: 'read the version: cannot reach http://127.0.0.1:1: connection refused',
  });
  const unnamed = apiCluster(connectionTo('https://no-such-host.invalid'), clientOptions());
  await assert.rejects(
    unnamed.version(),
    (error: unknown) => error instanceof UpgradeError && /resolved/.test(error.message),
  );
});

test('something that is no API server is told by its answer', async (t) => {
  const server = await serve(t, () => ({ body: '<html>welcome</html>' }));
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  await assert.rejects(cluster.version(), { message: /the answer is not JSON but a page of HTML/ });
});

test('a proxy is asked for a tunnel, which is kept open too', async (t) => {
  const certificate = selfSigned(t);
  const server = await serve(t, () => VERSION, certificate);
  const tunnels: string[] = [];
  const proxy = http.createServer().on('connect', (request, socket, head) => {
    tunnels.push(request.url ?? '');
    const target = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    for (const end of [target, socket]) end.on('error', () => {});
    t.after(() => target.destroy());
  });
  const port = await listen(t, proxy);
  const tls = { ca: certificate.cert, rejectUnauthorized: true };
  const cluster = apiCluster(connectionTo(server.url, { tls, proxy: `http://127.0.0.1:${port}` }), clientOptions());
  for (let count = 0; count < 3; count++) assert.equal(await cluster.version(), 'v1.20.2');
  assert.deepEqual(tunnels, [new URL(server.url).host]);
  await cluster.close();
});

test('a proxy that refuses is told from a server that does', async (t) => {
  const proxy = http.createServer().on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  const port = await listen(t, proxy);
  const cluster = apiCluster(
    connectionTo('https://cluster.example', { proxy: `http://127.0.0.1:${port}` }),
    clientOptions(),
  );
  await assert.rejects(cluster.version(), { message: /the proxy refused/, hint: /HTTPS_PROXY/ });
});

test("a server's warnings are told once each", async (t) => {
  const warning = ['299 - "v1beta1 is deprecated"', '299 - "a \\"quoted\\" one"'];
  const server = await serve(t, () => ({ ...VERSION, headers: { Warning: warning } }));
  const told: string[] = [];
  const cluster = apiCluster(connectionTo(server.url), clientOptions({ onWarning: (text) => told.push(text) }));
  await cluster.version();
  await cluster.version();
  assert.deepEqual(told, ['v1beta1 is deprecated', 'a "quoted" one']);
  await cluster.close();
});

test('every attempt can be logged, without its secrets', async (t) => {
  const server = await serve(t, ({ path }) => (path === '/version' ? VERSION : {}));
  const exchanges: Exchange[] = [];
  const cluster = apiCluster(
    connectionTo(server.url),
    clientOptions({ onExchange: (exchange) => exchanges.push(exchange) }),
  );
  await cluster.version();
  assert.deepEqual(exchanges, [{ method: 'GET', url: `${server.url}/version`, status: 200, milliseconds: 0 }]);
  await cluster.close();
});

test('a closed cluster gives up instead of trying again', async (t) => {
  const server = await serve(t, () => ({ silent: true }));
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  const asked = assert.rejects(cluster.version());
  while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await cluster.close();
  await asked;
  assert.equal(server.seen.length, 1);
});

test('a SOCKS proxy carries TLS to the server', async (t) => {
  const certificate = selfSigned(t);
  const server = await serve(t, () => VERSION, certificate);
  const port = await socksProxy(t);
  const tls = { ca: certificate.cert, rejectUnauthorized: true };
  const cluster = apiCluster(connectionTo(server.url, { tls, proxy: `socks5://127.0.0.1:${port}` }), clientOptions());
  for (let count = 0; count < 3; count++) assert.equal(await cluster.version(), 'v1.20.2');
  assert.equal(server.connections(), 1);
  const misnamed = { ...tls, servername: 'other.example' };
  const other = apiCluster(
    connectionTo(server.url, { tls: misnamed, proxy: `socks5://127.0.0.1:${port}` }),
    clientOptions(),
  );
  await assert.rejects(other.version(), { message: /another name/ });
  await cluster.close();
});

/** The least of RFC 1928: no authentication, CONNECT to an IPv4 address. */
async function socksProxy(t: TestContext): Promise<number> {
  const proxy = net.createServer((client) => {
    client.on('error', () => {});
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request) => {
        const target = net.connect(request.readUInt16BE(8), [...request.subarray(4, 8)].join('.'), () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          target.pipe(client).pipe(target);
        });
        target.on('error', () => {});
        t.after(() => target.destroy());
      });
    });
  });
  t.after(() => proxy.close());
  return listenOn(proxy);
}
