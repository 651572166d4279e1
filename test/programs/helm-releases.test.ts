import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Helm, HelmRevision, ProgramOutput } from '../../src/app/ports.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import type { HelmOperation } from '../../src/core/plan.ts';
import { helmReleases } from '../../src/programs/helm-releases.ts';
import { manifestObjects } from '../../src/release/helm-manifest.ts';
import { object } from '../objects.ts';

const LIVE: HelmRevision = {
  release: 'istio',
  namespace: 'istio-system',
  revision: 1,
  status: 'deployed',
  description: 'Install complete',
  chart: { name: 'istio', version: '1.1.0' },
  values: { global: { own: 'secret' } },
  isAppliedByServer: false,
  objects: [],
};
const UPGRADE: HelmOperation = {
  phase: 'control-plane',
  release: 'istio',
  namespace: 'istio-system',
  revision: 1,
  chart: 'istio-1.2.10',
  values: LIVE.values,
  description: 'kubectl istio-upgrade to istio-1.2.10',
  does: { run: 'upgrade' },
};
const MAP = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const JOB = '---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: b, annotations: {helm.sh/hook: post-upgrade}}\n';

interface Asked {
  readonly args: readonly string[];
  /** What was in the file of values when Helm ran. */
  readonly values: string;
}

/** A Helm of that version that answers so, to a dry-run with that failure, and what it was asked. */
function answering(answer: Partial<ProgramOutput>, [major = 3, minor = 17]: readonly number[] = [], failure?: string) {
  const asked: Asked[] = [];
  const heritages: (string | undefined)[] = [];
  const helm: Helm = {
    path: 'helm',
    version: { major, minor, patch: 0 },
    run: async (args, { onLine } = {}) => {
      const file = args[args.indexOf('--values') + 1] ?? '';
      asked.push({ args, values: args.includes('--values') ? readFileSync(file, 'utf8') : '' });
      const failed = failure === undefined || args[0] !== 'upgrade' ? {} : { code: 1, stderr: failure };
      const output: ProgramOutput = { code: 0, stdout: '', stderr: '', ...answer, ...failed };
      for (const line of output.stdout.split('\n')) onLine?.(line, 'stdout');
      return output;
    },
  };
  const releases = helmReleases(helm, {
    prepareChart: async (phase, heritage) => {
      heritages.push(heritage);
      const name = phase === 'crds' ? 'istio-init' : 'istio';
      return { directory: `/charts/${name}`, name, version: '1.2.10' };
    },
    values: ['--set', 'a=1'],
    connection: ['--kube-context', 'test'],
    objectsOf: manifestObjects,
  });
  return { asked, heritages, releases };
}

async function linesOf(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/** The arguments without the path of the file of values, which is made up. */
function words({ args }: Asked): string {
  return args.map((arg, at) => (args[at - 1] === '--values' ? 'FILE' : arg)).join(' ');
}

const COMMON = 'istio /charts/istio --namespace istio-system --values FILE --set a=1';

test('a dry-run says what would be installed, from the values of the release below those of the flags', async () => {
  const stdout = JSON.stringify({ manifest: MAP, hooks: [{ manifest: JOB }] });
  const { asked, releases } = answering({ stdout });
  const preview = await releases.preview('control-plane', LIVE, { isBuildable: true, kubernetes: 'v1.20.2' });
  assert.deepEqual(asked.map(words), [
    `upgrade ${COMMON} --reset-values --no-hooks --disable-openapi-validation --kube-context test --dry-run=server --output json`,
  ]);
  assert.deepEqual(
    asked.map(({ values }) => values),
    ['{"global":{"own":"secret"}}'],
  );
  const names = (list: typeof preview.objects) => list.map(({ object: one }) => one.metadata.name);
  assert.deepEqual([names(preview.objects), names(preview.hooks), preview.chart.version], [['a'], ['b'], '1.2.10']);
});

test('before 3.13 a dry-run has no kinds', async () => {
  const { asked, releases } = answering({ stdout: '{}' }, [3, 12]);
  await releases.preview('control-plane', LIVE, { isBuildable: true, kubernetes: 'v1.20.2' });
  assert.match(words(asked[0] ?? { args: [], values: '' }), / --dry-run --output json$/);
});

test('where no dry-run is possible the chart is rendered, and hooks are told by their annotation', async () => {
  const { asked, releases } = answering({ stdout: MAP + JOB });
  const preview = await releases.preview('control-plane', LIVE, { isBuildable: false, kubernetes: 'v1.20.2' });
  assert.deepEqual(asked.map(words), [`template ${COMMON} --is-upgrade --kube-version v1.20.2`]);
  assert.deepEqual([preview.objects.length, preview.hooks.length], [1, 1]);
});

test('so it is where a dry-run fails at what will be otherwise once Helm runs', async () => {
  const failures = [
    'no matches for kind "AuthorizationPolicy"',
    'ClusterRole "a" exists and cannot be imported: invalid ownership metadata',
  ];
  for (const why of failures) {
    const { asked, releases } = answering({ stdout: MAP }, [3, 17], `Error: UPGRADE FAILED: ${why}`);
    const preview = await releases.preview('control-plane', LIVE, { isBuildable: true, kubernetes: 'v1.20.2' });
    assert.deepEqual(
      asked.map(({ args }) => args[0]),
      ['upgrade', 'template'],
    );
    assert.equal(preview.objects.length, 1);
  }
});

test("flags' values are the control plane's", async () => {
  const { asked, releases } = answering({ stdout: '{}' });
  await releases.preview('crds', { ...LIVE, release: 'istio-init' }, { isBuildable: true, kubernetes: 'v1.20.2' });
  assert.match(asked.map(words).join(), /^upgrade istio-init \/charts\/istio-init .* --values FILE --reset-values/);
});

test('an upgrade says whose it is and tells what Helm prints; the file of values is gone afterwards', async () => {
  const { asked, releases } = answering({ stdout: 'one\ntwo' });
  assert.deepEqual(await linesOf(releases.run(UPGRADE)), ['one', 'two']);
  assert.match(asked.map(words).join(), / --kube-context test --description kubectl istio-upgrade to istio-1\.2\.10$/);
  assert.throws(() => readFileSync(asked[0]?.args[asked[0].args.indexOf('--values') + 1] ?? '', 'utf8'), /ENOENT/);
});

test('a rollback goes to its revision and needs no chart', async () => {
  const { asked, heritages, releases } = answering({});
  await linesOf(releases.run({ ...UPGRADE, does: { run: 'rollback', to: 3 } }));
  assert.deepEqual(asked.map(words), ['rollback istio 3 --namespace istio-system --no-hooks --kube-context test']);
  assert.deepEqual(heritages, []);
});

test('a release that Tiller rendered once keeps its heritage, and charts are made ready once', async () => {
  const { heritages, releases } = answering({ stdout: '{}' });
  const tillers = object('v1', 'ConfigMap', 'a', { metadata: { labels: { heritage: 'Tiller' } } });
  const live = { ...LIVE, objects: [{ object: tillers, source: '' }] };
  await releases.preview('control-plane', live, { isBuildable: true, kubernetes: 'v1.20.2' });
  await linesOf(releases.run(UPGRADE));
  assert.deepEqual(heritages, ['Tiller']);
});

test('what Helm refuses is an error in its words', async () => {
  const { releases } = answering({ code: 1, stderr: 'WARNING: readable\nError: UPGRADE FAILED: no such chart\n' });
  const refused = (error: unknown) =>
    error instanceof UpgradeError && /^helm upgrade istio.*: UPGRADE FAILED: no such chart$/.test(error.message);
  await assert.rejects(releases.preview('control-plane', LIVE, { isBuildable: true, kubernetes: 'v1.20.2' }), refused);
  await assert.rejects(linesOf(releases.run(UPGRADE)), refused);
});

test('an answer that is no release is an error', async () => {
  for (const stdout of ['', '[]', 'Release "istio" has been upgraded'])
    await assert.rejects(
      answering({ stdout }).releases.preview('control-plane', LIVE, { isBuildable: true, kubernetes: 'v1.20.2' }),
      /its answer is no/,
    );
});
