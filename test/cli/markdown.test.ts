import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { GITHUB_LIMIT, sizeOf } from '../../src/render/markdown/limit.ts';
import { istioData } from '../cluster/harness/binaries.ts';
import { release12 } from '../cluster/istio-1.2.ts';
import { outlineOf } from '../render/markdown/outline.ts';
import { running } from '../running.ts';
import { defaultMesh } from './default-mesh.ts';
import { assertGolden } from './golden.ts';
import { ROOT, run } from './run.ts';

const MARKDOWN = ['-o', 'markdown'];
const TARGET = ['-f', 'test/demo/istio-1.2'];
let folder = '';

before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

interface Report {
  readonly name: string;
  readonly words: readonly string[];
  readonly exit: number;
}

const REPORTS: readonly Report[] = [
  { name: 'demo-plan', words: ['plan', '--snapshot', 'test/demo/mesh-1.1.yaml', ...TARGET], exit: 0 },
  {
    name: 'mtls-plan',
    words: ['plan', '--snapshot', 'test/cli/mtls-mesh.yaml', ...TARGET, '--phase', 'config'],
    exit: 0,
  },
  {
    name: 'data-plane-plan',
    words: ['plan', '--snapshot', 'test/cli/status-mesh.yaml', '--phase', 'data-plane', '-n', 'shop', '--quiet'],
    exit: 3,
  },
  { name: 'check', words: ['check', '--snapshot', 'test/cli/check-mesh.yaml'], exit: 3 },
  { name: 'status', words: ['status', '--snapshot', 'test/cli/status-mesh.yaml'], exit: 0 },
];

for (const { name, words, exit } of REPORTS)
  test(`${words[0]} -o markdown of ${name} is a whole report, and ends as the same command does otherwise`, async () => {
    const shown = await run([...words, ...MARKDOWN]);
    assertGolden(`markdown-${name}`, shown.out);
    outlineOf(shown.out);
    assert.equal(shown.exit, exit, shown.err);
  });

test('every finding of the plan is in its report, and every object that it changes', async () => {
  const words = ['plan', '--snapshot', 'test/cli/mtls-mesh.yaml', ...TARGET];
  const [{ out: report }, { out: json }] = [await run([...words, ...MARKDOWN]), await run([...words, '-o', 'json'])];
  const { problems, changes } = JSON.parse(json);
  assert.ok(problems.length > 5 && changes.length > 5);
  for (const { id } of problems) assert.match(report, new RegExp(`^- \`${id}\`: .*\\(\\[docs\\]\\(<https://`, 'm'));
  for (const { object } of changes) assert.ok(report.includes(`| \`${object}\` |`), object);
});

test('a run and the list of runs can be shown as Markdown too', async () => {
  const [mesh, state] = [join(folder, 'mesh.yaml'), ['--state-dir', join(folder, 'state')]];
  copyFileSync('test/demo/mesh-1.1.yaml', mesh);
  const applied = await run(['apply', '--snapshot', mesh, ...TARGET, ...state, '--yes', '--quiet']);
  assert.equal(applied.exit, 0, applied.err);
  const { out: list } = await run(['history', ...state, ...MARKDOWN]);
  assert.match(
    list,
    /^\| Run \| Began \| Istio \| .*\n\| --- .*\n\| `\d{8}-\d{6}` \| .* \| 1\.1\.17 → 1\.2\.10 \| .* \| done \| 20 \| /,
  );
  const { out: shown } = await run(['history', '20', ...state, ...MARKDOWN]);
  assert.match(shown, /^## Istio 1\.1\.17 → 1\.2\.10: run `\d{8}-\d{6}`$/m);
  assert.match(shown, /^- \*\*Command:\*\* `kubectl istio-upgrade apply --snapshot .* --yes --quiet`$/m);
  assert.match(shown, /^\| apply \| `Deployment\.apps\/istio-system\/istio-pilot` \| changed \|$/m);
});

const REAL = "the report of Istio's own manifests, 1.1.17 to 1.2.0, fits, and names what is left out";
if (istioData() === undefined) test(REAL, { skip: 'NOT RUN, no Istio releases: set ISTIO_DATA' }, () => {});
else
  for (const name of ['control-plane.yaml', 'control-plane-mtls.yaml'] as const)
    test(`${REAL}: ${name}`, (context) => realReport(name, context));

async function realReport(name: 'control-plane.yaml' | 'control-plane-mtls.yaml', context: TestContext): Promise<void> {
  const mesh = join(folder, name);
  const items = running(defaultMesh(name), 'docker.io/istio/proxyv2:1.1.17');
  writeFileSync(mesh, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const words = ['plan', '--snapshot', mesh, ...release12(name).flags];
  const { out: report } = await run([...words, ...MARKDOWN]);
  const { changes } = JSON.parse((await run([...words, '-o', 'json'])).out);
  const shown = outlineOf(report).summaries.filter((summary) => summary.includes('<code>')).length;
  const left = report.match(/^- .*, \d+ characters$/gm) ?? [];
  context.diagnostic(`${sizeOf(report)} of ${GITHUB_LIMIT}: ${shown} diffs shown, ${left.length} left out`);
  assert.ok(sizeOf(report) <= GITHUB_LIMIT);
  assert.equal(shown + left.length, changes.length);
  for (const { object } of changes) assert.ok(report.includes(`| \`${object}\` |`), object);
}

test('help names the format where there is one', async () => {
  for (const command of ['plan', 'check', 'status', 'history'])
    assert.match((await run([command, '--help'])).out, /"markdown"/, command);
});
