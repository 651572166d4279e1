import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { istio11, istio12 } from '../../src/hops/1.1-to-1.2/semantics.ts';
import { mtlsReport } from '../../src/plan/mtls-report.ts';
import { policy, rule, service, tls, traffic } from '../mesh/samples.ts';
import { change } from '../objects.ts';

const FOO = service('bar/foo', { spec: { ports: [{ name: 'http', port: 80 }] } });
const STRICT = policy('bar/foo', { targets: [{ name: 'foo' }], peers: [{ mtls: {} }] });
const MUTUAL = rule('bar/foo', { host: 'foo', trafficPolicy: tls('ISTIO_MUTUAL') });
const PLAIN = rule('bar/foo', { host: 'foo', trafficPolicy: tls('DISABLE') });

function report(
  live: readonly K8sObject[],
  then: readonly K8sObject[] = live,
  written: readonly K8sObject[] = [],
  told: ReadonlySet<string> = new Set(),
) {
  const changes = written.map((object) => change(object, object));
  return mtlsReport(changes, {
    before: traffic([FOO, ...live], istio11),
    after: traffic([FOO, ...then], istio12),
    sameMesh: traffic([FOO, ...live], istio12),
    told,
  });
}

const rows = ({ mtls }: ReturnType<typeof report>) =>
  mtls.map(({ service: { name }, port, before, after, verdict }) =>
    [`${name}:${port}`, before?.server, before?.client, '→', after?.server, after?.client, verdict].join(' '),
  );

test('a mesh that stays as it is and fits together gives no rows and no findings', () => {
  assert.deepEqual(report([STRICT, MUTUAL]), { mtls: [], problems: [] });
});

test('what changes is a row, with the objects that say so', () => {
  const told = report([STRICT, MUTUAL], [STRICT, PLAIN]);
  assert.deepEqual(rows(told), ['foo:80 STRICT ISTIO_MUTUAL → STRICT PLAINTEXT weaker']);
  assert.deepEqual(
    told.mtls[0]?.after?.because.map(({ kind, name }) => `${kind} ${name}`),
    ['Policy foo', 'DestinationRule foo'],
  );
  assert.deepEqual([told.mtls[0]?.before?.isConflict, told.mtls[0]?.after?.isConflict], [false, true]);
});

test('a conflict of today that stays is a row, and so is a connection whose own rule is written', () => {
  assert.deepEqual(rows(report([STRICT])), ['foo:80 STRICT PLAINTEXT → STRICT PLAINTEXT same']);
  const labelled = { ...MUTUAL, metadata: { ...MUTUAL.metadata, labels: { a: 'b' } } };
  assert.deepEqual(rows(report([STRICT, MUTUAL], [STRICT, labelled], [labelled])), [
    'foo:80 STRICT ISTIO_MUTUAL → STRICT ISTIO_MUTUAL same',
  ]);
});

test('a rule for the whole mesh that is written and changes nothing is no row', () => {
  const everywhere = rule('istio-system/default', { host: '*.local', trafficPolicy: tls('ISTIO_MUTUAL') });
  assert.deepEqual(rows(report([STRICT, everywhere], [STRICT, everywhere], [everywhere])), []);
});

test('what the two versions read differently in one and the same mesh is a finding that names it', () => {
  const old = rule('bar/old', { host: 'foo', subsets: [{ name: 'v1' }] }, 60);
  const young = rule('bar/young', { host: 'foo', trafficPolicy: tls('ISTIO_MUTUAL') });
  const { problems } = report([old, young]);
  assert.deepEqual(
    problems.map(({ id, severity, ref }) => [id, severity, ref?.name]),
    [['read-differently', 'warning', 'foo']],
  );
  assert.match(problems[0]?.message ?? '', /DestinationRule\S+\/bar\/old, DestinationRule\S+\/bar\/young differently/);
  assert.match(problems[0]?.message ?? '', /port 80: mutual TLS stricter/);
});
