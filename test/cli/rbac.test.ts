import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';

const MESH = ['--snapshot', 'test/demo/mesh-1.1.yaml'];
const TARGET = ['-f', 'test/demo/istio-1.2'];

before(() => process.chdir(ROOT));

const rbac = (...words: readonly string[]) => run(['rbac', ...words, ...MESH]);

test('the roles of a target are for exactly what it installs', async () => {
  const { exit, out, err } = await rbac('apply', ...TARGET, '--subject', 'group:mesh-admins');
  assertGolden('rbac-apply', out);
  assert.equal(err, '');
  assert.equal(exit, 0);
});

test('without a target they are for what the charts install by default', async () => {
  assertGolden('rbac-plan', (await rbac('plan')).out);
  assertGolden('rbac-status', (await rbac('status')).out);
});

test('restarting the workloads of a namespace is allowed there alone', async () => {
  const { out } = await rbac('apply', '--phase', 'data-plane', '-n', 'shop', '--evict');
  const roles = parseAllDocuments(out).map((document) => document.toJS());
  const [shop] = roles.filter(({ metadata }) => metadata.namespace === 'shop');
  assert.deepEqual(shop.rules, [
    { apiGroups: [''], resources: ['events'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
    {
      apiGroups: ['apps'],
      resources: ['daemonsets', 'deployments', 'statefulsets'],
      verbs: ['get', 'patch', 'update'],
    },
    { apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['get', 'patch', 'update'] },
  ]);
  const [wide] = roles.filter(({ kind }) => kind === 'ClusterRole');
  const verbs = wide.rules.flatMap((rule: { verbs: readonly string[] }) => rule.verbs);
  assert.deepEqual([...new Set(verbs)].sort(), ['get', 'list'], 'the whole cluster is only read');
});

test('only with --secrets may Secrets be listed', async () => {
  assert.doesNotMatch((await rbac('plan', '-o', 'json')).out, /"secrets"/);
  const { out } = await rbac('plan', '--secrets', '-o', 'json');
  const [role] = JSON.parse(out).items;
  const rules = role.rules.filter(({ resources }: { resources: readonly string[] }) => resources.includes('secrets'));
  assert.deepEqual(
    rules.map(({ verbs }: { verbs: readonly string[] }) => verbs),
    [['list']],
  );
});

test("Helm's way adds its records, hooks and what either release has, for the phases that install", async () => {
  const rightsOn = async (resource: string, ...words: readonly string[]): Promise<readonly string[]> => {
    const { items } = JSON.parse((await rbac(...words, '-o', 'json')).out);
    return items.flatMap(({ metadata, rules = [] }: Role) =>
      rules
        .filter(({ resources, resourceNames }) => resources.includes(resource) && resourceNames === undefined)
        .map(({ verbs }) => `${metadata.namespace ?? '*'}: ${verbs.join(' ')}`),
    );
  };
  const helm = ['--strategy', 'helm'];
  assert.deepEqual(await rightsOn('secrets', 'plan', ...TARGET, ...helm), ['istio-system: get list']);
  assert.deepEqual(await rightsOn('secrets', 'apply', ...TARGET, ...helm), [
    'istio-system: get list create update delete',
  ]);
  assert.deepEqual(await rightsOn('secrets', 'apply', ...TARGET, ...helm, '--phase', 'config'), []);
  assert.deepEqual(await rightsOn('secrets', 'apply', ...TARGET), []);
  assert.match(
    (await rightsOn('jobs', 'apply', ...TARGET, ...helm)).join(),
    /istio-system: get watch create patch update delete/,
  );
  const { out } = await rbac('apply', ...TARGET, ...helm);
  assert.match(out, /^# Every Secret of the control plane's namespace is among it: Helm keeps its records in them\.$/m);
});

interface Role {
  readonly metadata: { readonly namespace?: string };
  readonly rules?: readonly {
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

test('a reader of one phase writes nothing of another', async () => {
  const { out } = await rbac('apply', ...TARGET, '--phase', 'config', '-o', 'json');
  assert.doesNotMatch(out, /escalate|"bind"/);
  assert.doesNotMatch(out, /"horizontalpodautoscalers"[^\]]*\],\s*"verbs": \[[^\]]*"patch"/);
});

for (const [words, message] of [
  [
    ['rollback'],
    /^error: rbac rollback: there are roles for status, check, plan, apply; those of apply are enough for rollback\n/,
  ],
  [['plan', '--subject', 'alice'], /^error: --subject alice names nobody\nhint: {2}such as: user:alice,/],
  [['plan', '--subject', 'serviceaccount:ci'], /^error: --subject serviceaccount:ci names nobody\n/],
] as const) {
  test(`${words.join(' ')} is refused`, async () => {
    const { exit, err } = await rbac(...words);
    assert.match(err, message);
    assert.equal(exit, 2);
  });
}

test('help names its flags', async () => {
  assertGolden('help-rbac', (await run(['rbac', '--help'])).out);
});
