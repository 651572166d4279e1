import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareHosts, hostTable, lookUpHost, matchesHost, resolveHost } from '../../src/mesh/hosts.ts';

const FOO = 'foo.bar.svc.cluster.local';

describe('hosts', () => {
  it('resolve in the namespace of the object that names them, unless they contain a dot', () => {
    const resolved = ['foo', 'foo.bar', 'foo.bar.svc', FOO, '*', '*.local'].map((host) =>
      resolveHost(host, 'bar', 'cluster.local'),
    );
    assert.deepEqual(resolved, [FOO, 'foo.bar', 'foo.bar.svc', FOO, '*', '*.local']);
  });

  it('resolve with the domain of the cluster', () => {
    assert.equal(resolveHost('foo', 'bar', 'example.org'), 'foo.bar.svc.example.org');
  });

  it('match a hostname exactly or by what follows the asterisk', () => {
    const hosts = [FOO, 'foo.bar', '*', '*.local', '*.bar.svc.cluster.local', '*o.bar.svc.cluster.local', '*.global'];
    assert.deepEqual(
      hosts.filter((host) => matchesHost(host, FOO)),
      [FOO, '*', '*.local', '*.bar.svc.cluster.local', '*o.bar.svc.cluster.local'],
    );
  });

  it('are ordered exact ones first, then by length, then by alphabet', () => {
    const hosts = ['*', 'b.c', '*.local', 'a.c', 'longer.c', '*.cluster.local'];
    assert.deepEqual(hosts.toSorted(compareHosts), ['longer.c', 'a.c', 'b.c', '*.cluster.local', '*.local', '*']);
  });

  it('give the value of the most specific one that matches', () => {
    const table = hostTable(['*', '*.local', '*.bar.svc.cluster.local', FOO].map((host) => [host, host] as const));
    const names = [FOO, 'web.bar.svc.cluster.local', 'web.shop.svc.cluster.local', 'example.org'];
    assert.deepEqual(
      names.map((name) => lookUpHost(table, name)),
      [FOO, '*.bar.svc.cluster.local', '*.local', '*'],
    );
    assert.equal(lookUpHost(hostTable([['*.local', 1]]), 'example.org'), undefined);
  });
});
