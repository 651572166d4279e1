import assert from 'node:assert/strict';
import { test } from 'node:test';
import yargs from 'yargs';
import { connectionFlags, connectionFrom } from '../../cmd/flags/connection-flags.ts';

function parse(...args: readonly string[]) {
  return yargs(args)
    .options(connectionFlags)
    .strictOptions()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .parseSync();
}

test('without flags everything is left to the kubeconfig', () => {
  const given = Object.entries(connectionFrom(parse())).filter(([, value]) => value !== undefined);
  assert.deepEqual(Object.fromEntries(given), { requestTimeout: 30_000, concurrency: 8 });
  assert.equal(parse().v, 0);
});

test('every flag of kubectl arrives under its name', () => {
  const names = ['kubeconfig', 'context', 'cluster', 'user', 'server', 'token', 'tls-server-name', 'as', 'as-uid'];
  const files = ['client-certificate', 'client-key', 'certificate-authority'];
  const given = [...names, ...files].flatMap((name) => [`--${name}`, name]);
  const { kubeconfig, tlsServerName, certificateAuthority, asUid, namespace, ...rest } = connectionFrom(
    parse(...given, '-n', 'shop'),
  );
  assert.deepEqual(
    [kubeconfig, tlsServerName, certificateAuthority, asUid],
    ['kubeconfig', 'tls-server-name', 'certificate-authority', 'as-uid'],
  );
  assert.equal(namespace, 'shop');
  assert.deepEqual(
    [rest.context, rest.cluster, rest.user, rest.server, rest.token, rest.as],
    ['context', 'cluster', 'user', 'server', 'token', 'as'],
  );
  assert.deepEqual([rest.clientCertificate, rest.clientKey], ['client-certificate', 'client-key']);
});

test('groups and extras repeat and take one value each, of the others the last one counts', () => {
  const argv = parse(
    '--as-group',
    'a',
    'word',
    '--as-group=b',
    '--as-user-extra',
    'k=1',
    '--context',
    'x',
    '--context',
    'y',
  );
  assert.deepEqual(connectionFrom(argv).asGroups, ['a', 'b']);
  assert.deepEqual(connectionFrom(argv).asUserExtra, ['k=1']);
  assert.equal(connectionFrom(argv).context, 'y');
  assert.deepEqual(argv._, ['word']);
});

test('checking of certificates is only waived when that is said', () => {
  assert.equal(connectionFrom(parse('--insecure-skip-tls-verify')).insecureSkipTlsVerify, true);
  assert.equal(connectionFrom(parse('--insecure-skip-tls-verify=false')).insecureSkipTlsVerify, false);
});

test('durations are written as for kubectl', () => {
  for (const [text, expected] of Object.entries({ '0': 0, '5': 5000, '1m30s': 90_000 })) {
    assert.equal(connectionFrom(parse('--request-timeout', text)).requestTimeout, expected, text);
  }
  assert.throws(() => parse('--request-timeout', 'soon'), /"soon"/);
});

test('numbers that make no sense are refused', () => {
  assert.throws(() => parse('--concurrency', '0'), /--concurrency "0" is not a whole number from 1/);
  assert.throws(() => parse('-v', 'many'), /-v "many" is not a whole number from 0/);
  assert.equal(parse('-v=6').v, 6);
});
