import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { SCRIPT_NAME } from '../../../cmd/completion/kubectl-script.ts';
import { assertGolden } from '../golden.ts';
import { run } from '../run.ts';

test('completion kubectl prints a script that hands its words to the plugin as they are', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { out, err, exit } = await run(['completion', 'kubectl']);
  assert.deepEqual([exit, err], [0, '']);
  const [script, plugin] = [join(folder, SCRIPT_NAME), join(folder, 'kubectl-istio_upgrade')];
  writeFileSync(script, out);
  writeFileSync(plugin, `#!/bin/sh\nprintf '<%s>' "$@"\nexit 7\n`);
  for (const program of [script, plugin]) chmodSync(program, 0o755);
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}` };
  const { stdout, stderr, status } = spawnSync(script, ['plan', '-f', 'a b', '*', ''], { encoding: 'utf8', env });
  assert.deepEqual({ stdout, stderr, status }, { stdout: '<__complete><plan><-f><a b><*><>', stderr: '', status: 7 });
});

test('help says what becomes of the script, and does not know what it calls', async () => {
  const { out } = await run(['completion', '--help']);
  assertGolden('help-completion', out);
  assert.ok(out.includes(SCRIPT_NAME));
  assert.doesNotMatch((await run(['--help'])).out, /__complete/);
});

test('a shell by itself is an error that says who completes, and how', async () => {
  for (const [program, loaded] of [
    ['bash', 'source <(kubectl completion bash)'],
    ['fish', 'kubectl completion fish | source'],
    ['nonsense', 'source <(kubectl completion bash)'],
  ] as const) {
    const { err, exit } = await run(['completion', program]);
    assert.equal(exit, 2);
    assert.ok(err.startsWith(`error: completion ${program}: a plugin is completed by kubectl`), err);
    assert.ok(err.includes(`hint:  ${loaded} `) && err.includes(SCRIPT_NAME), err);
  }
  const { err, exit } = await run(['completion']);
  assert.equal(exit, 2);
  assert.match(err, /^error: Not enough non-option arguments: got 0, need at least 1\nhint: /);
});
