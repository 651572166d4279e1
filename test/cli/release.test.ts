import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { HELM_RECORD_TYPE, withRelease } from '../../src/release/helm-record.ts';
import { HELM_3, HELMS, helmTests } from '../programs/helm-binaries.ts';
import { membersOf, writeTar, writeZip } from '../release/archives.ts';
import { published, serveFiles } from '../release/release-server.ts';
import { assertGolden } from './golden.ts';
import { writeReleaseMesh } from './release-mesh.ts';
import { type Ran, ROOT, run } from './run.ts';

const RELEASE = 'test/release/fixtures/istio-1.2.10';
const MTLS = ['--set', 'global.mtls.enabled=true,global.controlPlaneSecurityEnabled=true'];
const PATH = { PATH: process.env.PATH ?? '' };

let folder = '';
let mesh = '';
let temporary = '';
const systemTemporary = process.env.TMPDIR;
before(() => {
  process.chdir(ROOT);
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
  temporary = mkdtempSync(join(folder, 'tmp-'));
  mesh = writeReleaseMesh(join(folder, 'mesh.yaml'));
  process.env.TMPDIR = temporary;
});
after(() => {
  if (systemTemporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = systemTemporary;
  rmSync(folder, { recursive: true });
});

/** A screen without what this run alone has in it. */
function screen({ out, err }: Ran): string {
  return `${out}${err}`.replaceAll(folder, 'FOLDER');
}

for (const binary of HELMS)
  helmTests('--release', binary, (helm) => {
    const plan = (...argv: readonly string[]) =>
      run(['plan', '--snapshot', mesh, '--helm', helm, ...argv], { env: PATH });

    test('plans the upgrade to a release in a directory', async () => {
      const ran = await plan('--release', RELEASE);
      assertGolden('release-plan', screen(ran));
      assert.equal(ran.exit, 0);
      assert.deepEqual(readdirSync(temporary), []);
    });

    test('reads an archive as it reads the directory', async () => {
      const members = await membersOf('istio-1.2.10');
      const tar = await writeTar(join(folder, 'istio-1.2.10-linux.tar.gz'), members);
      const zip = await writeZip(join(folder, 'istio-1.2.10-win.zip'), members);
      const { out } = await plan('--release', RELEASE);
      for (const archive of [tar, zip]) assert.equal((await plan('--release', archive)).out, out);
      assert.deepEqual(readdirSync(temporary), []);
    });

    test('applies what it planned, with the values that it is given, and then there is nothing left to do', async () => {
      const upgraded = join(folder, `upgraded-${binary.version}.yaml`);
      const flags = ['--snapshot', mesh, '--helm', helm, '--release', RELEASE, ...MTLS];
      const ran = await run(['apply', ...flags, '--yes', '--snapshot-out', upgraded], { env: PATH });
      assert.equal(ran.exit, 0, ran.err);
      assert.match(ran.out, /^\+ +- MUTUAL_TLS$/m);
      assert.match(ran.out, /^- +mode: PERMISSIVE$/m);
      const again = ['--snapshot', upgraded, '--helm', helm, '--release', RELEASE, ...MTLS, '--detailed-exitcode'];
      const second = await run(['plan', ...again], { env: PATH });
      assert.match(second.out, /^nothing to do: \d+ objects are as they should be/m);
      assert.equal(second.exit, 0);
    });

    test("refuses what was rendered as another version than the release's, and names both", async () => {
      const ran = await plan('--release', RELEASE, '--set', 'global.tag=1.2.4');
      assert.equal(
        ran.err,
        [
          `error: ${RELEASE} is Istio 1.2.10, and was rendered as 1.2.4: Deployment.apps/istio-system/istio-pilot runs docker.io/istio/pilot:1.2.4`,
          'hint:  take global.tag out of the values, or name the release that is meant with --release',
          '',
        ].join('\n'),
      );
      assert.equal(ran.exit, 3);
    });

    test('uses the values that Helm has a record of', async () => {
      const withRecord = writeReleaseMesh(join(folder, 'recorded.yaml'), [
        withRelease(
          {
            apiVersion: 'v1',
            kind: 'Secret',
            type: HELM_RECORD_TYPE,
            metadata: {
              name: 'sh.helm.release.v1.istio.v1',
              namespace: 'istio-system',
              labels: { owner: 'helm', name: 'istio' },
            },
          },
          { name: 'istio', version: 1, info: { status: 'deployed' }, config: { security: { enabled: false } } },
        ),
      ]);
      const flags = [
        'plan',
        '--helm',
        helm,
        '--release',
        RELEASE,
        '--reuse-values',
        '-o',
        'name',
        '--ignore',
        'installed-by-helm3',
      ];
      const reused = await run([...flags, '--snapshot', withRecord], { env: PATH });
      assert.equal(reused.exit, 0, reused.err);
      assert.doesNotMatch(reused.out, /istio-citadel/);
      const none = await run([...flags, '--snapshot', mesh], { env: PATH });
      assert.match(none.err, /Helm has no record of a release istio in istio-system/);
      assert.equal(none.exit, 3);
    });

    test('shows why Helm fails', async () => {
      const ran = await plan('--release', RELEASE, '--values', join(folder, 'missing.yaml'));
      assert.match(ran.err, /^error: helm template of chart .* failed: .*missing\.yaml: no such file or directory/);
      assert.equal(ran.exit, 2);
      assert.deepEqual(readdirSync(temporary), []);
    });
  });

helmTests('a version', HELM_3, (helm) => {
  const env = (cache: string) => ({ ...PATH, XDG_CACHE_HOME: cache });

  test('is downloaded from the place that a flag or a variable names, and told on stderr', async (t) => {
    const archive = await writeTar(join(folder, 'good.tar.gz'), await membersOf('istio-1.2.10'));
    const server = await serveFiles(t, await published('1.2.10', archive));
    const flags = ['plan', '--snapshot', mesh, '--helm', helm, '--release', '1.2.10', '-o', 'name'];
    const cache = mkdtempSync(join(folder, 'cache-'));
    const first = await run([...flags, '--release-url', `${server.url}/`], { env: env(cache) });
    assert.equal(first.exit, 0, first.err);
    assert.match(first.err, /^downloaded istio-1\.2\.10-linux\.tar\.gz: 0\.0 of 0\.0 MB$/m);
    const second = await run(flags, { env: { ...env(cache), ISTIO_UPGRADE_RELEASE_URL: server.url } });
    assert.deepEqual([second.out, second.err, server.asked.length], [first.out, '', 2], 'the cache is asked first');
    const quiet = await run([...flags, '-q'], {
      env: { ...env(mkdtempSync(join(folder, 'cache-'))), ISTIO_UPGRADE_RELEASE_URL: server.url },
    });
    assert.equal(quiet.err, '');
    const elsewhere = mkdtempSync(join(folder, 'cache-'));
    const third = await run([...flags, '--release-url', server.url, '--cache-dir', elsewhere], { env: env(cache) });
    assert.equal(third.exit, 0, third.err);
    assert.deepEqual(readdirSync(elsewhere), ['istio-upgrade'], '--cache-dir names another cache');
  });

  test('is downloaded through the proxy that the environment names', async (t) => {
    const archive = await writeTar(join(folder, 'good.tar.gz'), await membersOf('istio-1.2.10'));
    const files = Object.entries(await published('1.2.10', archive));
    const base = 'http://releases.example/istio';
    const proxy = await serveFiles(t, Object.fromEntries(files.map(([path, bytes]) => [`${base}${path}`, bytes])));
    const flags = [
      'plan',
      '--snapshot',
      mesh,
      '--helm',
      helm,
      '--release',
      '1.2.10',
      '--release-url',
      base,
      '-o',
      'name',
    ];
    const ran = await run(flags, { env: { ...env(mkdtempSync(join(folder, 'cache-'))), HTTP_PROXY: proxy.url } });
    assert.equal(ran.exit, 0, ran.err);
    assert.equal(proxy.asked.length, 2);
  });

  test('leaves nothing behind when Ctrl-C ends the download', async (t) => {
    const archive = await writeTar(join(folder, 'good.tar.gz'), await membersOf('istio-1.2.10'));
    const name = '/1.2.10/istio-1.2.10-linux.tar.gz';
    const { promise, resolve } = Promise.withResolvers<void>();
    const server = await serveFiles(t, {
      ...(await published('1.2.10', archive)),
      [name]: (response) => {
        response.writeHead(200, { 'Content-Length': 100_000 }).write('x'.repeat(1000), () => setTimeout(resolve, 200));
      },
    });
    const cache = mkdtempSync(join(folder, 'cache-'));
    const argv = ['cmd/kubectl-istio_upgrade.ts', 'plan', '--snapshot', mesh, '--helm', helm, '--release', '1.2.10'];
    const child = spawn(process.execPath, [...argv, '--release-url', server.url], {
      env: { ...env(cache), TMPDIR: temporary },
      stdio: 'ignore',
    });
    await promise;
    assert.equal(readdirSync(join(cache, 'istio-upgrade/releases')).length, 1, 'it is under way');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 130);
    assert.deepEqual(readdirSync(join(cache, 'istio-upgrade/releases')), []);
    assert.deepEqual(
      readdirSync(temporary).filter((one) => one.startsWith('istio-upgrade')),
      [],
    );
  });
});

describe('a release', () => {
  async function refused(argv: readonly string[], error: RegExp, hint: RegExp): Promise<void> {
    const ran = await run(['plan', '--snapshot', mesh, ...argv], { env: { PATH: folder } });
    assert.match(ran.err, error);
    assert.match(ran.err, hint);
    assert.equal(ran.exit, 2, ran.err);
  }

  test('is named alone: manifests are another target', async () => {
    await refused(
      ['--release', RELEASE, '-f', 'test/demo/istio-1.2'],
      /^error: --release and -f both name a target$/m,
      /^hint: {2}name the release, which is rendered, or manifests/m,
    );
  });

  test('is needed by what says how to render it', async () => {
    for (const flag of ['--values', '--set', '--set-string', '--release-name', '--helm', '--release-url'])
      await refused(
        [flag, 'x', '-f', 'test/demo/istio-1.2'],
        new RegExp(`^error: ${flag} says how a release is rendered, and none is named$`, 'm'),
        /--release/,
      );
    await refused(['--reuse-values'], /^error: --reuse-values says how a release/, /--release/);
  });

  test('is told from what is none', async () => {
    const helm = helmLike();
    const ran = async (release: string) =>
      (await run(['plan', '--snapshot', mesh, '--release', release, '--helm', helm], { env: PATH })).err;
    assert.match(
      await ran('test/nothing'),
      /^error: --release test\/nothing: no such file or directory, and no version\nhint: /,
    );
    assert.match(
      await ran('test/demo'),
      /^error: test\/demo is no release of Istio: it has no install\/kubernetes\/helm\/istio-init\/files\/crd-\*\.yaml, install\/kubernetes\/helm\/istio\/Chart\.yaml, bin\/istioctl\n/,
    );
    assert.match(await ran('README.md'), /^error: README\.md: neither a \.tar\.gz nor a \.zip\n/);
  });

  test('needs a Helm, and the error says what else there is', async () => {
    await refused(
      ['--release', RELEASE],
      /^error: there is no helm in PATH/,
      /^hint: {2}install Helm 3 or newer, .* with -f$/m,
    );
    await refused(['--release', RELEASE, '--values=-'], /^error: --values - is read by Helm/, /name a file/);
  });
});

/** Something that says it is Helm, for what never gets to rendering. */
function helmLike(): string {
  const path = join(folder, 'helm-like');
  writeFileSync(path, '#!/bin/sh\necho v3.17.2\n', { mode: 0o755 });
  return path;
}
