import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from '../../src/cluster/proxy.ts';

const proxied = (server: string, NO_PROXY = ''): boolean =>
  proxyFor(new URL(server), { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY }) !== undefined;

test('the proxy is the one for the scheme of the server', () => {
  const env = { HTTPS_PROXY: 'http://a:1', http_proxy: 'b:2' };
  assert.equal(proxyFor(new URL('https://api.example'), env), 'http://a:1');
  assert.equal(proxyFor(new URL('http://api.example'), env), 'http://b:2');
  assert.equal(proxyFor(new URL('https://api.example'), {}), undefined);
});

test('a loopback address is never proxied', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '[::1]'])
    assert.equal(proxied(`https://${host}:6443`), false, host);
  assert.equal(proxied('https://128.0.0.1'), true);
});

test('NO_PROXY takes names, domains, addresses, networks and ports', () => {
  assert.equal(proxied('https://api.corp.example', 'other, corp.example'), false);
  assert.equal(proxied('https://corp.example', 'corp.example'), false);
  assert.equal(proxied('https://corp.example', '.corp.example'), true);
  assert.equal(proxied('https://api.corp.example', '*.corp.example'), false);
  assert.equal(proxied('https://notcorp.example', 'corp.example'), true);
  assert.equal(proxied('https://10.1.2.3:6443', '10.0.0.0/8'), false);
  assert.equal(proxied('https://11.1.2.3:6443', '10.0.0.0/8,bad/8,10.0.0.0/x'), true);
  assert.equal(proxied('https://10.1.2.3:6443', '10.1.2.3'), false);
  assert.equal(proxied('https://10.1.2.3:6443', '10.1.2.3:443'), true);
  assert.equal(proxied('https://10.1.2.3', '10.1.2.3:443'), false);
  assert.equal(proxied('https://[fd00::1]:6443', 'fd00::1'), false);
  assert.equal(proxied('https://[fd00::1]:6443', 'fd00::/8'), false);
  assert.equal(proxied('https://anything', '*'), false);
});
