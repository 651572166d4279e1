import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run } from './run.ts';

const FLAGS = ['-f', 'test/demo/istio-1.2', '--quiet'];

/** Loaded before the program: what it writes to stderr fails as on a terminal that was closed. */
const CLOSED_TERMINAL = `data:text/javascript,
  process.stderr.write = () => {
    const error = Object.assign(new Error('write EIO'), { code: 'EIO', syscall: 'write' });
    process.nextTick(() => process.stderr.emit('error', error));
    return false;
  };`;

for (const [what, nodeFlags] of [
  ['a reader that has seen enough', []],
  ['a terminal that was closed', ['--import', CLOSED_TERMINAL.replaceAll(/\s+/g, ' ')]],
] as const) {
  test(`${what} does not leave an upgrade half done`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'upgraded.yaml');
    const argv = ['apply', '--snapshot', 'test/demo/mesh-1.1.yaml', '-f', 'test/demo/istio-1.2', '--yes'];
    const child = spawn(
      process.execPath,
      [...nodeFlags, 'cmd/kubectl-istio_upgrade.ts', ...argv, '--snapshot-out', file],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child.stderr.destroy();
    const out = (await child.stdout.setEncoding('utf8').toArray()).join('');
    assert.match(out, /^done: 20 changes applied/m);
    process.chdir(ROOT);
    assert.match((await run(['plan', '--snapshot', file, ...FLAGS])).out, /^nothing to do/m);
  });
}
