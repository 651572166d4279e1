import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { gatherContents } from '../../scripts/package/contents.ts';
import { npmManifest, writeNpmPackage } from '../../scripts/package/npm-package.ts';
import { RELEASE, ROOT } from './packages.ts';

const work = mkdtempSync(join(tmpdir(), 'istio-upgrade-npm-'));
after(() => rmSync(work, { recursive: true }));

function npm(...argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', argv, { cwd: work, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("npm's package wants nothing installed with it, runs nothing, and may be published; the repository's may not", () => {
  const manifest = npmManifest(RELEASE);
  for (const key of ['dependencies', 'devDependencies', 'scripts', 'private'])
    assert.equal(key in manifest, false, key);
  for (const key of ['name', 'version', 'license', 'engines']) assert.deepEqual(manifest[key], RELEASE.manifest[key]);
  assert.equal(RELEASE.manifest.private, true);
});

test('packed and installed without a network it runs, and has its licenses with it', async () => {
  const folder = join(work, 'package');
  writeNpmPackage(folder, await gatherContents(ROOT, join(work, 'bundle')), RELEASE);
  const [packed] = JSON.parse(npm('pack', '--json', '--pack-destination', work, folder));
  const names: readonly string[] = packed.files.map(({ path }: { readonly path: string }) => path);
  for (const name of ['LICENSE', 'README.md', 'THIRD_PARTY_NOTICES', 'kubectl-istio_upgrade.js', 'package.json'])
    assert.ok(names.includes(name), name);
  const prefix = join(work, 'prefix');
  mkdirSync(prefix);
  npm(
    'install',
    '--global',
    '--prefix',
    prefix,
    '--offline',
    '--cache',
    join(work, 'cache'),
    join(work, packed.filename),
  );
  const program = join(prefix, process.platform === 'win32' ? 'kubectl-istio_upgrade' : 'bin/kubectl-istio_upgrade');
  const env = { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  const version = spawnSync(program, ['version'], { encoding: 'utf8', env });
  assert.deepEqual([version.stdout, version.stderr], [`${RELEASE.version}\n`, '']);
  const help = spawnSync(program, ['--help'], { encoding: 'utf8', env });
  assert.match(help.stdout, /^kubectl istio-upgrade <command>/);
  const failed = spawnSync(program, ['plan', '--snapshot', 'nothing.yaml'], { encoding: 'utf8', env, cwd: work });
  assert.match(failed.stderr, /^error: .*nothing\.yaml/);
});
