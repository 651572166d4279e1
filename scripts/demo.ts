// The main job without any cluster: the upgrade of a small mesh, planned, shown, applied to a copy of its snapshot, and planned again.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const program = join(root, 'cmd/kubectl-istio_upgrade.ts');
const mesh = 'test/demo/mesh-1.1.yaml';
const target = ['-f', 'test/demo/istio-1.2'];

function run(...args: string[]): void {
  process.stdout.write(`\n$ kubectl istio-upgrade ${args.join(' ')}\n\n`);
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-demo-'));
try {
  const upgraded = join(folder, 'mesh-1.2.yaml');
  run('plan', '--snapshot', mesh, ...target);
  run('apply', '--snapshot', mesh, ...target, '--yes', '--quiet', '--snapshot-out', upgraded);
  run('plan', '--snapshot', upgraded, ...target);
} finally {
  rmSync(folder, { recursive: true });
}
