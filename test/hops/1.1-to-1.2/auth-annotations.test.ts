import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPlan } from '../../../src/app/run-plan.ts';
import { objectAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import { refOf, refText } from '../../../src/core/object.ts';
import { find, snapshotOf } from '../../../src/core/snapshot.ts';
import type { Wish } from '../../../src/core/wish.ts';
import { projected } from '../../../src/hops/1.1-to-1.2/mtls/edits.ts';
import { migrate, unmetIn } from '../../../src/hops/1.1-to-1.2/mtls/migrate.ts';
import { authAnnotations } from '../../../src/hops/1.1-to-1.2/rules/auth-annotations.ts';
import { excludedServices } from '../../../src/hops/1.1-to-1.2/rules/excluded-services.ts';
import { withLastApplied } from '../../../src/plan/last-applied.ts';
import { fakeClock } from '../../app/in-memory.ts';
import { meshConfigMap, policy, rule, service, tls } from '../../mesh/samples.ts';
import { object, owned, ownedObject } from '../../objects.ts';
import { contextOf, targetOf } from '../context.ts';
import { carryOut, type ExpectedCase, meshWith, planFor, read, testCases } from './mtls-cases.ts';

const NEW_RULE = 'create DestinationRule bar/disable-mtls-foo-8000 at write';
const NEW_POLICY = 'create Policy bar/disable-mtls-foo-8000 at settled';
const PLAIN = 'foo:8000 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> DISABLE/PLAINTEXT';
const MUTUAL_TODAY =
  /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server STRICT, clients ISTIO_MUTUAL\)/;
const WEAKER =
  /^warning mtls-weaker Service\/bar\/foo port 8000: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop/;

const EXPECTED: Readonly<Record<string, ExpectedCase>> = {
  'both-values': {
    changes: ['create DestinationRule bar/mtls-foo at write', 'create Policy bar/enable-mtls-foo-8000 at settled'],
    effects: [
      'foo:80 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> STRICT/ISTIO_MUTUAL',
    ],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/80: NONE \(today: server PERMISSIVE, clients ISTIO_MUTUAL\); auth\.istio\.io\/8000: MUTUAL_TLS \(today: server PERMISSIVE, clients ISTIO_MUTUAL\)/,
      /^warning mtls-stricter Service\/bar\/foo port 8000: from PERMISSIVE to STRICT, as its annotation asks: clients without a sidecar are cut off/,
      /^warning mtls-weaker Service\/bar\/foo port 80: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop/,
    ],
  },
  'client-rule': {
    changes: [NEW_RULE, NEW_POLICY],
    effects: [
      'foo:8000 bar+istio-system STRICT/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 shop STRICT/ISTIO_MUTUAL -> PERMISSIVE/ISTIO_MUTUAL',
    ],
    problems: [
      MUTUAL_TODAY,
      /^warning mtls-client-rule-wins Service\/bar\/foo port 8000: clients in shop go on with ISTIO_MUTUAL, against the annotation's NONE: in their namespace DestinationRule\S+\/shop\/bar decides/,
      WEAKER,
    ],
  },
  'client-rule-against-mutual-tls': {
    changes: [
      'create DestinationRule bar/enable-mtls-foo-8000 at write',
      'create Policy bar/enable-mtls-foo-8000 at settled',
    ],
    effects: [
      'foo:8000 bar+istio-system DISABLE/PLAINTEXT -> PERMISSIVE/ISTIO_MUTUAL',
      'foo:8000 shop DISABLE/PLAINTEXT -> PERMISSIVE/PLAINTEXT',
    ],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: MUTUAL_TLS \(today: server DISABLE, clients PLAINTEXT\)/,
      /^warning mtls-client-rule-wins Service\/bar\/foo port 8000: clients in shop go on with PLAINTEXT, against the annotation's MUTUAL_TLS: in their namespace DestinationRule\S+\/shop\/bar decides/,
      /^warning mtls-held-back Service\/bar\/foo port 8000: its sidecars take PERMISSIVE, not what the annotation's MUTUAL_TLS asks for, for clients in bar, istio-system, shop: else clients that go on otherwise, if only until Pilot 1\.2 runs, would be cut off/,
    ],
  },
  dead: {
    problems: [
      /^note auth-annotation-dead Service\/bar\/foo: auth\.istio\.io\/53: NONE never did anything: the port is UDP, which passes sidecars by/,
      /^note auth-annotation-dead Service\/bar\/foo: auth\.istio\.io\/80: INHERIT never did anything: INHERIT asks for nothing/,
      /^note auth-annotation-dead Service\/bar\/foo: auth\.istio\.io\/8000: none never did anything: its value is neither NONE nor MUTUAL_TLS/,
      /^note auth-annotation-dead Service\/bar\/foo: auth\.istio\.io\/9: NONE never did anything: the Service has no such port/,
      /^note auth-annotation-dead Service\/bar\/foo: auth\.istio\.io\/http: NONE never did anything: its key names no port number/,
    ],
  },
  'dropped-rule': {
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server STRICT, clients PLAINTEXT\)/,
      /^warning mtls-rule-untouched Service\/bar\/foo port 8000: the annotation's NONE is not carried out for clients in bar, istio-system, shop: Pilot drops DestinationRule\S+\/bar\/foo for its subset labels, which 1\.2 takes for invalid/,
    ],
  },
  'external-name': {
    changes: [NEW_RULE],
    effects: ['foo:8000 bar+istio-system+shop DISABLE/ISTIO_MUTUAL -> DISABLE/PLAINTEXT'],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: no sidecars behind it, clients ISTIO_MUTUAL\)/,
      WEAKER,
    ],
  },
  'hidden-rule-carried-over': {
    changes: [NEW_RULE, NEW_POLICY],
    effects: [PLAIN, 'foo:8000 v1 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> DISABLE/PLAINTEXT'],
    problems: [
      MUTUAL_TODAY,
      /^warning mtls-weaker Service\/bar\/foo port 8000: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop \(also subset v1\)/,
    ],
  },
  leak: {
    changes: [NEW_RULE, NEW_POLICY],
    effects: [
      'foo:8000 bar+istio-system STRICT/ISTIO_MUTUAL -> DISABLE/PLAINTEXT',
      'foo:8000 shop STRICT/PLAINTEXT -> DISABLE/PLAINTEXT',
      'foo:8000 v1 shop STRICT/PLAINTEXT -> DISABLE/PLAINTEXT',
    ],
    problems: [
      /^warning mtls-leak rules of foo\.bar\.svc\.cluster\.local run into each other inside Pilot, so what is in force can differ from what this plan says: DestinationRule\S+\/bar\/disable-mtls-foo-8000, DestinationRule\S+\/shop\/foo/,
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server STRICT, clients ISTIO_MUTUAL \(bar, istio-system\) or PLAINTEXT \(shop\)\)/,
      /^warning mtls-weaker Service\/bar\/foo port 8000: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop \(also subset v1\)/,
    ],
  },
  'mutual-tls': {
    changes: [
      'create DestinationRule bar/enable-mtls-foo-8000 at write',
      'create Policy bar/enable-mtls-foo-8000 at settled',
    ],
    effects: ['foo:8000 bar+istio-system+shop DISABLE/PLAINTEXT -> STRICT/ISTIO_MUTUAL'],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: MUTUAL_TLS \(today: server DISABLE, clients PLAINTEXT\)/,
      /^warning mtls-stricter Service\/bar\/foo port 8000: from DISABLE to STRICT, as its annotation asks: clients without a sidecar are cut off/,
    ],
  },
  'mutual-tls-some-sidecars': {
    changes: [
      'create DestinationRule bar/enable-mtls-foo-8000 at write',
      'create Policy bar/enable-mtls-foo-8000 at settled',
    ],
    effects: ['foo:8000 bar+istio-system+shop PERMISSIVE/PLAINTEXT -> STRICT/ISTIO_MUTUAL'],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: MUTUAL_TLS \(today: server PERMISSIVE, clients PLAINTEXT\)/,
      /^warning mtls-stricter Service\/bar\/foo port 8000: from PERMISSIVE to STRICT, as its annotation asks: clients without a sidecar are cut off/,
      /^warning mtls-some-without-sidecar Service\/bar\/foo port 8000: some of its pods have no sidecar: mutual TLS does not reach them, so calls to them fail/,
    ],
  },
  'mutual-tls-without-sidecars': {
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: MUTUAL_TLS \(today: server DISABLE, clients PLAINTEXT\)/,
      /^warning mtls-without-sidecar Service\/bar\/foo port 8000: the annotation's MUTUAL_TLS is not carried out for clients in bar, istio-system, shop: MUTUAL_TLS is asked of pods without sidecars, which cannot speak it/,
    ],
  },
  'name-taken': {
    changes: [
      'create DestinationRule bar/disable-mtls-foo-8000-2 at write',
      'create Policy bar/disable-mtls-foo-8000-2 at settled',
    ],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'namespace-policy': {
    changes: [NEW_RULE, NEW_POLICY],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  none: {
    changes: [NEW_RULE, NEW_POLICY],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'none-as-it-is': {
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server PERMISSIVE, clients PLAINTEXT\)/,
    ],
  },
  'none-on-all-ports': {
    changes: ['create DestinationRule bar/disable-mtls-foo at write', 'create Policy bar/disable-mtls-foo at settled'],
    effects: ['foo:80 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> DISABLE/PLAINTEXT', PLAIN],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/80: NONE \(today: server STRICT, clients ISTIO_MUTUAL\); auth\.istio\.io\/8000: NONE \(today: server STRICT, clients ISTIO_MUTUAL\)/,
      /^warning mtls-weaker Service\/bar\/foo ports 80, 8000: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop/,
    ],
  },
  'none-on-the-only-port': {
    changes: [NEW_RULE, NEW_POLICY],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'none-without-sidecars': {
    changes: [NEW_RULE],
    effects: ['foo:8000 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> STRICT/PLAINTEXT'],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'own-wildcard': {
    problems: [
      MUTUAL_TODAY,
      /^warning mtls-side-effect Service\/bar\/foo port 8000: the annotation's NONE is not carried out for clients in bar, istio-system, shop: it would change more than that, on port 80, 8000 for clients in bar/,
    ],
  },
  'policies-overlap': {
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server AMBIGUOUS, clients ISTIO_MUTUAL\)/,
      /^warning mtls-policy-several Service\/bar\/foo port 8000: the annotation's NONE is not carried out for clients in bar, istio-system, shop: Policy\S+\/bar\/a, Policy\S+\/bar\/b all target it, and Pilot takes any one of them/,
    ],
  },
  'policy-by-labels': {
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server DISABLE, clients ISTIO_MUTUAL\)/,
      /^warning mtls-policy-labels Service\/bar\/foo port 8000: the annotation's NONE is not carried out for clients in bar, istio-system, shop: Policy\S+\/bar\/pods targets pods by labels, which 1\.1 ignores and 1\.2 obeys/,
    ],
  },
  'policy-of-several-services': {
    changes: ['update Policy bar/two at prepare', NEW_RULE, NEW_POLICY],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'policy-of-the-port': {
    changes: [NEW_RULE, 'update Policy bar/api at settled'],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'policy-of-the-service': {
    changes: ['update Policy bar/jwt-foo at prepare', NEW_RULE, NEW_POLICY],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'private-rule': {
    changes: ['update DestinationRule bar/foo at write', NEW_POLICY],
    effects: [
      'foo:8000 bar STRICT/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 istio-system+shop STRICT/ISTIO_MUTUAL -> PERMISSIVE/ISTIO_MUTUAL',
    ],
    problems: [
      MUTUAL_TODAY,
      /^warning mtls-not-reached Service\/bar\/foo port 8000: clients in istio-system, shop go on with ISTIO_MUTUAL, against the annotation's NONE: DestinationRule\S+\/istio-system\/default decides for them/,
      WEAKER,
    ],
  },
  'release-rule': {
    problems: [
      /^note auth-annotation-ignored Service\/istio-system\/istio-policy: ignored by Istio since 1\.0: auth\.istio\.io\/9091: NONE \(today: server DISABLE, clients ISTIO_MUTUAL\)/,
      /^warning mtls-rule-untouched Service\/istio-system\/istio-policy port 9091: the annotation's NONE is not carried out for clients in istio-system: DestinationRule\S+\/istio-system\/istio-policy belongs to the release/,
    ],
  },
  'rule-with-port-entry': {
    changes: ['update DestinationRule bar/foo at write', NEW_POLICY],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'rule-with-subsets': {
    changes: ['update DestinationRule bar/foo at write', NEW_POLICY],
    effects: [
      'foo:8000 bar+istio-system+shop STRICT/PLAINTEXT -> DISABLE/PLAINTEXT',
      'foo:8000 v1 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> DISABLE/PLAINTEXT',
      'foo:8000 v2 bar+istio-system+shop STRICT/PLAINTEXT -> DISABLE/PLAINTEXT',
    ],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server STRICT, clients PLAINTEXT\)/,
      /^warning mtls-weaker Service\/bar\/foo port 8000: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop \(also subset v1, v2\)/,
    ],
  },
  'rules-private-by-default': {
    changes: [NEW_RULE, NEW_POLICY],
    effects: [PLAIN],
    problems: [MUTUAL_TODAY, WEAKER],
  },
  'two-rules': {
    changes: ['update DestinationRule bar/new at write', 'update DestinationRule bar/old at write', NEW_POLICY],
    effects: [PLAIN, 'foo:8000 v1 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> DISABLE/PLAINTEXT'],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server STRICT, clients PLAINTEXT\)/,
      /^warning mtls-weaker Service\/bar\/foo port 8000: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop \(also subset v1\)/,
    ],
  },
  underscores: {
    problems: [
      MUTUAL_TODAY,
      /^warning mtls-rule-untouched Service\/bar\/foo port 8000: the annotation's NONE is not carried out for clients in bar, istio-system, shop: DestinationRule\S+\/bar\/foo spells fields with underscores \(traffic_policy, port_level_settings\)/,
    ],
  },
};

testCases('auth-annotations', EXPECTED);

const STRICT = policy('default', { peers: [{ mtls: {} }] });
const STAR = rule('istio-system/default', { host: '*.local', trafficPolicy: tls('ISTIO_MUTUAL') });
const annotated = (values: Readonly<Record<string, string>>, path = 'bar/foo') =>
  service(path, {
    metadata: {
      annotations: Object.fromEntries(Object.entries(values).map(([port, value]) => [`auth.istio.io/${port}`, value])),
    },
  });
const NONE = annotated({ 8000: 'NONE' });
const wishesFor = (...live: readonly K8sObject[]) => authAnnotations.apply(contextOf({ live })).wishes ?? [];
const named = (wishes: readonly Wish[]) =>
  wishes.map((wish) => `${wish.stage} ${wish.want === 'absent' ? '' : refText(refOf(wish.object))}`);

test('a new Policy is PERMISSIVE until clients have followed, and names the port', () => {
  const made = wishesFor(NONE, STRICT, STAR).find(({ stage }) => stage === 'settled');
  assert.ok(made?.want === 'fields' && made.via !== undefined);
  assert.deepEqual(made.via.spec, {
    targets: [{ name: 'foo', ports: [{ number: 8000 }] }],
    peers: [{ mtls: { mode: 'PERMISSIVE' } }],
  });
  assert.deepEqual(made.object.spec, { targets: [{ name: 'foo', ports: [{ number: 8000 }] }], peers: [] });
});

test('the run goes through PERMISSIVE, then tells the clients, and closes the door last', async () => {
  const cluster = meshWith([NONE, STRICT, STAR]);
  const modes: string[] = [];
  for await (const event of runPlan(await planFor(cluster), { cluster, clock: fakeClock(), timeout: 1000 })) {
    const own = cluster.snapshot().find(({ kind }) => kind === 'Policy');
    const has = cluster
      .snapshot()
      .some(({ metadata }) => metadata.name === 'disable-mtls-foo-8000' && metadata !== own?.metadata);
    modes.push(`${event.event} ${JSON.stringify(own?.spec)} ${has}`);
  }
  const seen = [...new Set(modes.map((mode) => mode.slice(mode.indexOf(' ') + 1)))];
  const policySpec = (peers: string) => `{"targets":[{"name":"foo","ports":[{"number":8000}]}],"peers":${peers}}`;
  assert.deepEqual(seen, [
    'undefined false',
    `${policySpec('[{"mtls":{"mode":"PERMISSIVE"}}]')} false`,
    `${policySpec('[{"mtls":{"mode":"PERMISSIVE"}}]')} true`,
    `${policySpec('[]')} true`,
  ]);
});

test('a Policy that a cut off run left PERMISSIVE goes on to its end', () => {
  const transition = policy('bar/disable-mtls-foo-8000', {
    targets: [{ name: 'foo', ports: [{ number: 8000 }] }],
    peers: [{ mtls: { mode: 'PERMISSIVE' } }],
  });
  const ours = ownedObject(
    transition,
    owned('istio-upgrade', { 'f:spec': { 'f:targets': {}, 'f:peers': {} } }, 'Apply'),
  );
  const others = policy('bar/all', { targets: [{ name: 'foo' }], peers: [{ mtls: {} }] });
  const [, made] = wishesFor(NONE, STRICT, STAR, ours);
  assert.ok(made?.want === 'fields' && made.via === undefined);
  assert.deepEqual(made.object.spec, { peers: [] });
  assert.deepEqual(named(wishesFor(NONE, STRICT, STAR, transition)), [
    'write DestinationRule.networking.istio.io/bar/disable-mtls-foo-8000',
  ]);
  assert.deepEqual(named(wishesFor(NONE, STRICT, STAR, ours, others)), [
    'write DestinationRule.networking.istio.io/bar/disable-mtls-foo-8000',
    'settled Policy.authentication.istio.io/bar/disable-mtls-foo-8000',
    'prepare Policy.authentication.istio.io/bar/all',
  ]);
  assert.deepEqual(named(wishesFor(NONE, STRICT, STAR, transition, others)), [], 'somebody else made it');
});

test('a Policy of its own goes through PERMISSIVE between STRICT and DISABLE, and nothing else of it changes', () => {
  const own = policy('bar/api', { targets: [{ name: 'foo', ports: [{ name: 'http-api' }] }], peers: [{ mtls: null }] });
  const [, edit] = wishesFor(NONE, STAR, own);
  assert.ok(edit?.want === 'fields');
  assert.deepEqual([edit.object.spec, edit.via?.spec], [{ peers: [] }, { peers: [{ mtls: { mode: 'PERMISSIVE' } }] }]);
});

test('names that two services would share are told apart', () => {
  const live = [NONE, annotated({ 80: 'NONE', 8000: 'NONE' }, 'bar/foo-8000'), STRICT, STAR];
  assert.deepEqual(named(wishesFor(...live)).sort(), [
    'settled Policy.authentication.istio.io/bar/disable-mtls-foo-8000',
    'settled Policy.authentication.istio.io/bar/disable-mtls-foo-8000-2',
    'write DestinationRule.networking.istio.io/bar/disable-mtls-foo-8000',
    'write DestinationRule.networking.istio.io/bar/disable-mtls-foo-8000-2',
  ]);
  assert.deepEqual(wishesFor(...live), wishesFor(...live.toReversed()));
});

test('an object that both rules are about is wished the same by both', () => {
  const live = [NONE, STAR, policy('default', { peers: [{ mtls: { mode: 'PERMISSIVE' } }] })];
  const context = contextOf({ live: [...live, meshConfigMap('mtlsExcludedServices: [foo.bar.svc.cluster.local]')] });
  const [one, other] = [authAnnotations, excludedServices].map((each) => each.apply(context).wishes ?? []);
  const bare = (wishes: readonly Wish[] = []) => wishes.map(({ because: _because, ...wish }) => wish);
  assert.equal(one?.length, 1);
  assert.deepEqual(bare(one), bare(other));
});

test('what the same plan installs mesh-wide is what the migration starts from', () => {
  const permissive = policy('default', { peers: [{ mtls: { mode: 'PERMISSIVE' } }] });
  const context = contextOf({ live: [NONE, STAR], postInstall: [permissive] });
  assert.deepEqual(named(authAnnotations.apply(context).wishes ?? []), [
    'write DestinationRule.networking.istio.io/bar/disable-mtls-foo-8000',
  ]);
});

test('what the plan installs later has to be there first, where calls would fail until then', () => {
  const permissive = policy('default', { peers: [{ mtls: { mode: 'PERMISSIVE' } }] });
  const released = (object: K8sObject) => ({
    ...object,
    metadata: { ...object.metadata, labels: { release: 'istio' } },
  });
  const asInstalled = withLastApplied(released(STRICT), released(STRICT));
  const mesh = { live: [NONE, STAR, asInstalled], target: [released(permissive)] };
  const { wishes = [], problems = [] } = authAnnotations.apply(contextOf(mesh));
  assert.deepEqual(wishes, []);
  assert.deepEqual(
    problems.map(({ id }) => id),
    ['auth-annotation-ignored', 'mtls-too-early'],
  );
  const later = { ...mesh, live: [NONE, STAR, released(permissive)] };
  assert.deepEqual(named(authAnnotations.apply(contextOf(later)).wishes ?? []), [
    'write DestinationRule.networking.istio.io/bar/disable-mtls-foo-8000',
  ]);
  assert.ok((authAnnotations.apply(contextOf({ ...mesh, phases: ['config'] })).wishes ?? []).length > 1);
});

test('annotations go last, if asked for, when they are dead or carried out, and from no other port', async () => {
  const mesh = [annotated({ 80: 'INHERIT', 8000: 'NONE', 9: 'NONE' }), STRICT, STAR];
  const cluster = meshWith(mesh);
  const plan = await planFor(cluster, { removeAnnotations: true });
  assert.equal(plan.changes.at(-1)?.stage, 'clean-up');
  await carryOut(plan, cluster);
  const left = cluster.snapshot().find(({ kind }) => kind === 'Service');
  assert.deepEqual(left?.metadata.annotations ?? {}, {});
  assert.deepEqual((await planFor(cluster, { removeAnnotations: true })).changes, []);
});

test('an annotation that some clients do not follow stays, and that is said', () => {
  const blocked = rule('shop/bar', { host: '*.bar.svc.cluster.local', trafficPolicy: tls('ISTIO_MUTUAL') });
  const context = contextOf({ live: [NONE, STRICT, STAR, blocked], removeAnnotations: true });
  const { wishes = [], problems = [] } = authAnnotations.apply(context);
  assert.ok(!wishes.some(({ stage }) => stage === 'clean-up'));
  assert.ok(problems.some(({ id }) => id === 'auth-annotation-kept'));
  assert.deepEqual(unmetIn(migrate(context)), [
    { source: 'annotation', client: 'shop', service: 'Service/bar/foo', port: 8000, subset: '' },
  ]);
});

test('one and the same mesh has another migration where the run installs another MeshPolicy', () => {
  const { mesh, ...context } = contextOf({ live: [NONE, STRICT, STAR] });
  const meshPolicy = object('authentication.istio.io/v1alpha1', 'MeshPolicy', 'default', {
    spec: { peers: [{ mtls: { mode: 'PERMISSIVE' } }] },
  });
  const installing = { ...context, mesh, target: { objects: targetOf([meshPolicy]) } };
  const [alone, installed] = [migrate({ ...context, mesh }), migrate(installing)];
  assert.notEqual(alone, installed);
  assert.equal(migrate({ ...installing, removeAnnotations: true }), installed, 'it is planned once');
  const meshPolicies = [alone, installed].map(({ start }) => find(start.snapshot, refOf(meshPolicy))?.spec);
  assert.deepEqual(meshPolicies, [STRICT.spec, meshPolicy.spec]);
});

test('a rule that cannot be edited leaves the server as it is too', () => {
  const going = rule('bar/foo', { host: 'foo', trafficPolicy: tls('ISTIO_MUTUAL') });
  const deleted = { ...going, metadata: { ...going.metadata, deletionTimestamp: '2019-10-01T00:00:00Z' } };
  assert.deepEqual(wishesFor(NONE, STRICT, deleted), []);
});

test('a rule is written only where the Policy that lets its clients change is there', () => {
  const own = policy('bar/api', { targets: [{ name: 'foo', ports: [{ number: 8000 }] }], peers: [{ mtls: {} }] });
  const requiredBy = (...live: readonly K8sObject[]) =>
    wishesFor(NONE, STAR, ...live).find(({ stage }) => stage === 'write')?.requires;
  assert.deepEqual(requiredBy(own), [
    policy('bar/api', {
      targets: [{ name: 'foo', ports: [{ number: 8000 }] }],
      peers: [{ mtls: { mode: 'PERMISSIVE' } }],
    }),
  ]);
  assert.equal(requiredBy(policy('bar/api', { targets: [{ name: 'foo' }], peers: [] })), undefined);
});

test('a server does not refuse clients that Pilot 1.1, which runs until then, tells otherwise', () => {
  const old = rule('bar/old', { host: 'foo', subsets: [{ name: 'v1', labels: { version: 'v1' } }] }, 9);
  const later = rule('bar/new', { host: 'foo', trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }, 1);
  const mutual = annotated({ 8000: 'MUTUAL_TLS' });
  const made = (...rules: readonly K8sObject[]) =>
    wishesFor(mutual, ...rules).flatMap((wish) =>
      wish.want === 'fields' && wish.object.kind === 'Policy' ? [objectAt(wish.object.spec).peers] : [],
    );
  assert.deepEqual(made(old, later), [[{ mtls: { mode: 'PERMISSIVE' } }]]);
  assert.deepEqual(made(later), [[{ mtls: {} }]]);
});

test('the input is left as it was', () => {
  const live = [NONE, STRICT, STAR].map((one) => structuredClone(one));
  const before = structuredClone(live);
  wishesFor(...live);
  assert.deepEqual(live, before);
});

test('on any prefix of its own writes, the rules lead to the same end', () => {
  const mesh = read(new URL('./auth-annotations/policy-of-the-service/before.yaml', import.meta.url).pathname);
  const whole = wishesFor(...mesh);
  const order = ['prepare', 'write', 'settled'];
  const inOrder = whole.toSorted((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage));
  const end = projected(snapshotOf(mesh), inOrder).objects;
  const vias = inOrder.flatMap((wish) =>
    wish.want === 'fields' && wish.via !== undefined ? [{ ...wish, object: recordedAsOurs(wish.via) }] : [],
  );
  const writes: readonly Wish[] = [...vias, ...inOrder];
  for (const [count] of writes.entries()) {
    const reached = projected(snapshotOf(mesh), writes.slice(0, count));
    const again = wishesFor(...reached.objects.values());
    const specs = (objects: ReadonlyMap<string, K8sObject>) =>
      [...objects].map(([ref, { spec }]) => [ref, spec]).sort();
    assert.deepEqual(specs(projected(reached, again).objects), specs(end), `after ${count} writes`);
  }
});

function recordedAsOurs(object: K8sObject): K8sObject {
  return ownedObject(object, owned('istio-upgrade', { 'f:spec': { 'f:targets': {}, 'f:peers': {} } }, 'Apply'));
}
