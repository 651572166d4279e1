import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejectedFields } from './rejections.ts';

const ROUTE = [{ destination: { host: 'cart' } }];

function ofOrigins(...allowOrigin: readonly string[]): readonly string[] {
  return rejectedFields('VirtualService', { http: [{ route: ROUTE, corsPolicy: { allowOrigin } }] });
}

test('labels of sources are looked at in http, tls and tcp', () => {
  const match = [{ port: 80 }, { sourceLabels: { 'a/b': 'x' } }];
  const spec = { http: [{ match, route: ROUTE }], tls: [{ match, route: ROUTE }], tcp: [{ match, route: ROUTE }] };
  assert.deepEqual(rejectedFields('VirtualService', spec), [
    'spec.http[0].match[1].sourceLabels["a/b"]',
    'spec.tls[0].match[1].sourceLabels["a/b"]',
    'spec.tcp[0].match[1].sourceLabels["a/b"]',
  ]);
});

test('a tls or tcp route without a destination is rejected; an http route may redirect', () => {
  const spec = {
    http: [{ redirect: { uri: '/x' } }],
    tls: [{ route: ROUTE }, { route: [] }],
    tcp: [{}, { route: null }],
  };
  assert.deepEqual(rejectedFields('VirtualService', spec), [
    'spec.tls[1].route',
    'spec.tcp[0].route',
    'spec.tcp[1].route',
  ]);
});

test('an origin is *, or a host with or without scheme and port', () => {
  const fine = ['*', 'example.com', 'http://example.com', 'https://example.com:8443', 'localhost:3000', 'null'];
  for (const origin of fine) assert.deepEqual(ofOrigins(origin), [], origin);
});

test('an origin that is a pattern, another scheme, a path, an address or nothing is rejected', () => {
  const bad = ['*.example.com', 'https://*.example.com', 'regex.*', 'https://example.com/path', 'ftp://example.com'];
  const worse = [
    '',
    'https://',
    'example.com:http',
    'example.com:0',
    'example.com:65536',
    'a:1:2',
    '10.0.0.1',
    'a_b.com',
  ];
  for (const origin of [...bad, ...worse, `${'a'.repeat(64)}.com`]) {
    assert.deepEqual(ofOrigins(origin), ['spec.http[0].corsPolicy.allowOrigin[0]'], origin);
  }
});

test('an origin with a number as its port makes 1.2 forget those before it, and not those after it', () => {
  assert.deepEqual(ofOrigins('regex.*', 'example.com:80'), []);
  assert.deepEqual(ofOrigins('example.com:80', 'regex.*'), ['spec.http[0].corsPolicy.allowOrigin[1]']);
  assert.deepEqual(ofOrigins('regex.*', 'example.com:0'), ['spec.http[0].corsPolicy.allowOrigin[1]']);
  assert.equal(ofOrigins('regex.*', 'example.com:x').length, 2);
});

test('fields are read in snake_case too, and told as they are written', () => {
  const http = [
    { route: ROUTE, cors_policy: { allow_origin: ['regex.*'] }, match: [{ source_labels: { 'a/b': '' } }] },
  ];
  assert.deepEqual(rejectedFields('VirtualService', { http }), [
    'spec.http[0].match[0].source_labels["a/b"]',
    'spec.http[0].cors_policy.allow_origin[0]',
  ]);
});

test('retries are no matter: what 1.2 rejects of them, 1.1 rejects too', () => {
  const http = [{ route: ROUTE, retries: { attempts: 0, perTryTimeout: '2s' } }];
  assert.deepEqual(rejectedFields('VirtualService', { http }), []);
});
