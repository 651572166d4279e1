import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { hopNames } from '../../scripts/hop/hop-names.ts';
import { minorText } from '../../src/core/version.ts';
import { HOPS } from '../../src/hops/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PARTS = ['cmd', 'src', 'scripts', 'test', 'package.json', 'tsconfig.json', 'biome.json', '.gitignore'];
const last = HOPS.at(-1);
assert.ok(last);
const FROM = minorText(last.to);
const TO = minorText({ ...last.to, minor: last.to.minor + 1 });
const CASES = `test/hops/${FROM}-to-${TO}`;
let copy = '';

before(() => {
  copy = mkdtempSync(join(tmpdir(), 'istio-upgrade-tree-'));
  for (const part of PARTS) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
after(() => rmSync(copy, { recursive: true, force: true }));

interface Answer {
  readonly status: number | null;
  readonly out: string;
}

/** Runs a line of a shell in the copy; a test run inside of a test run would otherwise run nothing. */
function shell(line: string): Answer {
  const { NODE_TEST_CONTEXT: _inner, ...env } = process.env;
  const options = { cwd: copy, env, encoding: 'utf8', shell: true, maxBuffer: 2 ** 26 } as const;
  const { status, stdout, stderr } = spawnSync(line, options);
  return { status, out: `${stdout}${stderr}` };
}

function plan(mesh: string, target: string): Answer {
  return shell(`npm start --silent -- plan --snapshot ${mesh} -f ${target}`);
}

/** The lines of the first code block below a heading. */
function linesBelow(heading: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(text.slice(text.indexOf(`\n${heading}\n`))) ?? [];
  return block.trimEnd().split('\n');
}

test('a hop that does not follow the last one is refused, and nothing is made', () => {
  const { status, out } = shell(`npm run --silent add-hop -- ${FROM} ${FROM}`);
  assert.equal(status, 2);
  assert.match(out, new RegExp(`error: the chain ends at ${FROM}: the next hop is ${FROM} ${TO}`));
  assert.ok(!existsSync(join(copy, CASES)));
});

test('CONTRIBUTING adds the next hop, line by line', () => {
  const lines = linesBelow('## Adding a hop');
  assert.equal(lines[0], `npm run add-hop -- ${FROM} ${TO}`);
  for (const line of lines) {
    const { status, out } = shell(line);
    assert.equal(status, 0, `${line}\n${out}`);
    if (line.includes('--test')) assert.match(out, /^(?:ℹ|#) fail 0$/m);
    if (line.includes('--test')) assert.match(out, new RegExp(`${FROM} to ${TO}: leads one minor version on`));
  }
});

test('a plan from its start to its end goes through the new hop', () => {
  const { status, out } = plan(`${CASES}/mesh.yaml`, `${CASES}/target.yaml`);
  assert.equal(status, 0, out);
  assert.match(out, new RegExp(`^Istio ${FROM}\\.0 → ${TO}\\.0 `));
  assert.match(out, /update Deployment\.apps\/istio-system\/istio-pilot/);
});

test('two hops at once are still refused, with both steps', () => {
  const { status, out } = plan('test/demo/mesh-1.1.yaml', `${CASES}/target.yaml`);
  assert.equal(status, 3, out);
  assert.match(out, new RegExp(`no path from Istio 1\\.1\\.17 to ${TO}\\.0`));
  assert.match(out, new RegExp(`1\\.1 to .*${FROM} to ${TO}; this tool knows 1\\.1 to 1\\.2,.* ${FROM} to ${TO}`));
});

test('what is of the hops before stays as it was, by its own tests', () => {
  const { status, out } = shell(
    'npx node --test test/plan/choose-hop.test.ts test/plan/problem-kinds.test.ts test/plan/ignorable.test.ts test/cli/check-meshes.test.ts',
  );
  assert.equal(status, 0, out);
  assert.match(out, /^(?:ℹ|#) fail 0$/m);
});

test('names are those of the versions, also beyond nine', () => {
  const hop = { ...last, from: { major: 1, minor: 9 }, to: { major: 1, minor: 10 } };
  const { before: previous, folder, hop: name, version, semantics } = hopNames(['1.10', '1.11'], [hop]);
  assert.deepEqual([previous, folder, name], ['1.9-to-1.10', '1.10-to-1.11', 'hop110to111']);
  assert.deepEqual([version.to, semantics.from], ['ISTIO_1_11', 'istio110']);
});
