import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { openPromise } from 'yauzl';
import { archiveName, krewManifest, programName } from '../../scripts/package/krew-manifest.ts';
import { fetchNpmArchive, readNpmFile } from '../../scripts/package/npm-archive.ts';
import { LINUX_AMD64, PLATFORMS, type Platform, WINDOWS_AMD64 } from '../../scripts/package/runtimes.ts';
import { singleExecutable } from '../../scripts/package/single-executable.ts';
import { checksum } from '../../scripts/package/sums.ts';
import { isSigned, isWindowsExecutable } from '../../scripts/package/windows-executable.ts';
import { archivePath, makePackages, packagePath, RELEASE, ROOT, releasedSums, runsLinux } from './packages.ts';

interface Member {
  readonly path: string;
  readonly isRegular: boolean;
  readonly mode: number;
  readonly data: Buffer;
}

const FORMATS: Readonly<Record<Platform['os'], RegExp>> = { linux: /^7f454c46/, darwin: /^cffaedfe/, windows: /^4d5a/ };
const work = mkdtempSync(join(tmpdir(), 'istio-upgrade-packages-'));
before(makePackages);
after(() => rmSync(work, { recursive: true }));

function membersOf(platform: Platform): Promise<readonly Member[]> {
  return platform.os === 'windows' ? zipMembers(archivePath(platform)) : tarMembers(archivePath(platform));
}

async function tarMembers(file: string): Promise<readonly Member[]> {
  const members: Member[] = [];
  const tar = extract();
  tar.end(gunzipSync(readFileSync(file)));
  for await (const entry of tar) {
    const { name, type, mode = 0 } = entry.header;
    members.push({ path: name, isRegular: type === 'file', mode, data: await buffer(entry) });
  }
  return members;
}

async function zipMembers(file: string): Promise<readonly Member[]> {
  const members: Member[] = [];
  const zip = await openPromise(file, { strictFileNames: true });
  for await (const entry of zip.eachEntry()) {
    const mode = entry.externalFileAttributes >>> 16;
    const data = await buffer(await zip.openReadStreamPromise(entry));
    members.push({ path: entry.fileName, isRegular: (mode & 0o170000) === 0o100000, mode: mode & 0o777, data });
  }
  return members;
}

function unpack(members: readonly Member[], directory: string): void {
  for (const { path, mode, data } of members) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), data, { mode });
  }
}

for (const platform of PLATFORMS) {
  test(`${archiveName(platform, RELEASE)} is as krew takes it, with all that has to be in it`, async () => {
    const members = await membersOf(platform);
    const byPath = new Map(members.map((member) => [member.path, member]));
    assert.equal(byPath.size, members.length, 'no file is in it twice');
    for (const { path, isRegular, mode } of members) {
      assert.ok(isRegular, `${path} is a regular file`);
      assert.ok(!path.includes('..') && !/^[/\\]/.test(path), `${path} stays inside`);
      assert.equal(mode, path === programName(platform) || path === 'lib/node' ? 0o755 : 0o644, path);
    }
    assert.equal(`${byPath.get('LICENSE')?.data}`, readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
    assert.equal(`${byPath.get('README.md')?.data}`, readFileSync(join(ROOT, 'README.md'), 'utf8'));
    const notices = `${byPath.get('THIRD_PARTY_NOTICES')?.data}`;
    for (const name of [`Node.js ${LINUX_AMD64.runtime.version}`, '@kubernetes/client-node', 'yargs', 'yaml'])
      assert.ok(notices.includes(`  ${name} `), name);
    const node = byPath.get(platform.os === 'windows' ? programName(platform) : 'lib/node')?.data;
    assert.match(node?.toString('hex', 0, 4) ?? '', FORMATS[platform.os]);
    assert.ok(statSync(archivePath(platform)).size < 64e6, 'it is below 64 MB');
  });
}

test('checksums and manifest are of these archives', () => {
  const sums = releasedSums();
  assert.deepEqual(
    [...sums.keys()],
    PLATFORMS.map((platform) => archiveName(platform, RELEASE)),
  );
  for (const [name, sum] of sums) assert.equal(checksum(readFileSync(packagePath(name))), sum, name);
  assert.equal(readFileSync(packagePath('plugin.yaml'), 'utf8'), krewManifest(RELEASE, sums));
});

test('on Windows the program is Node.js with a start of its own, and without the signature that this breaks', async () => {
  const members = new Map((await membersOf(WINDOWS_AMD64)).map(({ path, data }) => [path, data]));
  const program = members.get('kubectl-istio_upgrade.exe') ?? Buffer.alloc(0);
  assert.ok(isWindowsExecutable(program));
  assert.ok(!isSigned(program));
  // https://nodejs.org/api/single-executable-applications.html: the mark that says that something is inside
  assert.ok(program.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1'));
  assert.ok(program.includes(readFileSync(join(ROOT, 'scripts/package/windows-main.cjs'))));
  assert.ok(
    isSigned(await readNpmFile(fetchNpmArchive(WINDOWS_AMD64.runtime), 'bin/node.exe')),
    'and it was signed before',
  );
});

test('a Node.js made the same way runs the program beside it, through links, with no options from outside', async (context) => {
  if (!runsLinux(context)) return;
  const home = join(work, 'as on Windows');
  unpack(await membersOf(WINDOWS_AMD64), home);
  const program = join(home, 'program');
  writeFileSync(program, singleExecutable(readFileSync(process.execPath)), { mode: 0o755 });
  symlinkSync(program, join(work, 'kubectl-istio_upgrade.exe'));
  const run = (...argv: readonly string[]) =>
    spawnSync(join(work, 'kubectl-istio_upgrade.exe'), argv, {
      encoding: 'utf8',
      cwd: work,
      env: { NODE_OPTIONS: '--require /nowhere.js' },
    });
  assert.deepEqual([run('version').stdout, run('version').stderr], [`${RELEASE.version}\n`, '']);
  const failed = run('plan', '--snapshot', 'nothing.yaml');
  assert.equal(failed.status, 2);
  assert.match(failed.stderr, /^error: .*nothing\.yaml/);
});

test('the archive for Linux runs where no other Node.js is, and whatever package.json is above it', async (context) => {
  if (!runsLinux(context)) return;
  const home = join(work, 'a folder', 'with more');
  unpack(await membersOf(LINUX_AMD64), home);
  writeFileSync(join(work, 'package.json'), '{ "type": "commonjs" }');
  cpSync(join(ROOT, 'test/demo'), join(work, 'demo'), { recursive: true });
  const argv = ['plan', '--snapshot', 'demo/mesh-1.1.yaml', '-f', 'demo/istio-1.2', '-o', 'name'];
  const { status, stdout, stderr } = spawnSync(join(home, 'kubectl-istio_upgrade'), argv, {
    cwd: work,
    encoding: 'utf8',
    env: { PATH: '' },
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.match(stdout, /^Deployment\.apps\/istio-system\/istio-pilot$/m);
});
