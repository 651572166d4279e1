import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { parseVersion } from '../../src/core/version.ts';
import { cacheDirectory } from '../../src/release/cache-directory.ts';
import { type DownloadOptions, downloadRelease } from '../../src/release/download-release.ts';
import { listen, selfSigned } from '../cluster-edge/api-server.ts';
import { type Member, membersOf, writeTar, writeZip } from './archives.ts';
import { published, type ReleaseServer, type Served, serveFiles } from './release-server.ts';

const ARCHIVE = '/1.2.10/istio-1.2.10-linux.tar.gz';
const CHECKSUM = `${ARCHIVE}.sha256`;

let directory = '';
let good = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'download-test-'));
  good = await writeTar(join(directory, 'good.tar.gz'), await membersOf('istio-1.2.10'));
});
after(() => rm(directory, { recursive: true, force: true }));

interface Setting extends Omit<DownloadOptions, 'baseUrl'> {
  readonly progress: string[];
}

/** A user with an empty cache directory of its own. */
async function user(t: TestContext): Promise<Setting> {
  const cache = await mkdtemp(join(directory, 'cache-'));
  const agent = new http.Agent();
  t.after(() => agent.destroy());
  const progress: string[] = [];
  return {
    cache,
    platform: 'linux',
    http: { agentFor: async () => agent, userAgent: 'test', idleTimeout: 300 },
    onProgress: ({ file, received, size, isDone }) =>
      progress.push(`${file} ${received} of ${size}${isDone ? ' done' : ''}`),
    atExit: () => () => undefined,
    progress,
  };
}

function download(setting: Setting, { url }: Pick<ReleaseServer, 'url'>, text = '1.2.10') {
  const version = parseVersion(text);
  assert.ok(version);
  return downloadRelease(version, { ...setting, baseUrl: url });
}

/** It fails with this, and nothing of it is left. */
async function fails(
  t: TestContext,
  files: Readonly<Record<string, Served>>,
  message: RegExp,
  hint: RegExp,
): Promise<void> {
  const server = await serveFiles(t, files);
  const setting = await user(t);
  await assert.rejects(download(setting, server), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.match(error.message, message);
    assert.match(error.hint ?? '', hint);
    return true;
  });
  assert.deepEqual(await readdir(setting.cache), []);
}

/** The good archive's checksum beside another answer for the archive. */
async function instead(archive: Served): Promise<Readonly<Record<string, Served>>> {
  return { ...(await published('1.2.10', good)), [ARCHIVE]: archive };
}

async function packed(name: string, members: readonly Member[]): Promise<Readonly<Record<string, Served>>> {
  return published('1.2.10', await writeTar(join(directory, name), members));
}

const TRY_AGAIN = /try again; or name another place with --release-url, or an archive with --release/;
const BROKEN = /do not use it/;
const AS_PUBLISHED = /as Istio published it/;

describe('a version', () => {
  it('is downloaded, compared with its checksum, unpacked and kept', async (t) => {
    const server = await serveFiles(t, await published('1.2.10', good));
    const setting = await user(t);
    const release = await download(setting, server);
    assert.match(release.directory, /istio-upgrade\/releases\/istio-1\.2\.10-[0-9a-f]{12}$/);
    assert.deepEqual(release.version, { major: 1, minor: 2, patch: 10, suffix: '' });
    assert.equal((await stat(join(release.directory, 'bin/istioctl'))).mode & 0o777, 0o755);
    assert.equal(existsSync(join(release.chart, 'values.yaml')), true);
    assert.deepEqual(server.asked, [CHECKSUM, ARCHIVE]);
    const { size } = await stat(good);
    assert.equal(setting.progress.at(-1), `istio-1.2.10-linux.tar.gz ${size} of ${size} done`);
    assert.deepEqual(await readdir(join(setting.cache, 'istio-upgrade/releases')), [
      release.directory.replace(/.*\//, ''),
    ]);
  });

  it('is taken from there the next time, without asking the server', async (t) => {
    const server = await serveFiles(t, await published('1.2.10', good));
    const setting = await user(t);
    const first = await download(setting, server);
    const second = await download(setting, server);
    assert.deepEqual(second, first);
    assert.equal(server.asked.length, 2);
  });

  it('of another place is another one', async (t) => {
    const setting = await user(t);
    const here = await download(setting, await serveFiles(t, await published('1.2.10', good)));
    const there = await download(setting, await serveFiles(t, await published('1.2.10', good)));
    assert.notEqual(here.directory, there.directory);
  });

  it('is named as each system has it', async (t) => {
    const zip = await writeZip(join(directory, 'good.zip'), await membersOf('istio-1.2.10'));
    const files = {
      ...(await published('1.2.10', good, 'istio-1.2.10-osx.tar.gz')),
      ...(await published('1.2.10', zip, 'istio-1.2.10-win.zip')),
    };
    const server = await serveFiles(t, files);
    for (const platform of ['darwin', 'win32']) await download({ ...(await user(t)), platform }, server);
    assert.deepEqual(
      server.asked.filter((path) => !path.endsWith('.sha256')),
      ['/1.2.10/istio-1.2.10-osx.tar.gz', '/1.2.10/istio-1.2.10-win.zip'],
    );
  });

  it('is followed to where it was moved', async (t) => {
    const elsewhere = await serveFiles(t, { '/blob': await readFile(good) });
    const to = (Location: string) => (response: http.ServerResponse) => response.writeHead(302, { Location }).end();
    const server = await serveFiles(t, { ...(await instead(to('/other'))), '/other': to(`${elsewhere.url}/blob`) });
    assert.ok(await download(await user(t), server));
    await fails(t, { [CHECKSUM]: to(CHECKSUM) }, /more than 5 redirects$/, TRY_AGAIN);
  });

  it('is never followed from https to http', async (t) => {
    const { cert, key } = selfSigned(t);
    const server = https.createServer({ cert, key }, (_, response) => {
      response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end();
    });
    const url = `https://127.0.0.1:${await listen(t, server)}`;
    const agent = new https.Agent({ ca: cert });
    t.after(() => agent.destroy());
    const setting = await user(t);
    const secure = { ...setting, http: { ...setting.http, agentFor: async () => agent } };
    await assert.rejects(download(secure, { url }), /it leads from https to http:\/\/127\.0\.0\.1:1\/$/);
  });

  it('may come slowly, as long as it comes', async (t) => {
    const bytes = await readFile(good);
    const server = await serveFiles(
      t,
      await instead(async (response) => {
        response.writeHead(200, { 'Content-Length': bytes.length });
        const step = Math.ceil(bytes.length / 5);
        for (let at = 0; at < bytes.length; at += step) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          response.write(bytes.subarray(at, at + step));
        }
        response.end();
      }),
    );
    assert.ok(await download(await user(t), server));
  });

  it('is kept once by two runs at the same time', async (t) => {
    const server = await serveFiles(t, await published('1.2.10', good));
    const setting = await user(t);
    const [one, other] = await Promise.all([download(setting, server), download(setting, server)]);
    assert.deepEqual(one, other);
    assert.equal((await readdir(join(setting.cache, 'istio-upgrade/releases'))).length, 1);
  });
});

describe('nothing is left of a download', () => {
  it('that is not there', async (t) => {
    await fails(
      t,
      {},
      /^cannot download http:\S+\/1\.2\.10\/istio-1\.2\.10-linux\.tar\.gz\.sha256: the server answered 404 Not Found$/,
      TRY_AGAIN,
    );
    const { [CHECKSUM]: checksum = Buffer.of() } = await published('1.2.10', good);
    await fails(t, { [CHECKSUM]: checksum }, /linux\.tar\.gz: the server answered 404 Not Found$/, TRY_AGAIN);
  });

  it('that breaks off', async (t) => {
    const bytes = await readFile(good);
    const cut = await instead((response) => {
      response.writeHead(200, { 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, 1000), () => response.destroy());
    });
    await fails(t, cut, new RegExp(`linux\\.tar\\.gz: it broke off after 1000 of ${bytes.length} bytes$`), TRY_AGAIN);
    const atOnce = await instead((response) => response.destroy());
    await fails(t, atOnce, /linux\.tar\.gz: socket hang up$/, TRY_AGAIN);
  });

  it('that comes to a halt', async (t) => {
    const halted = await instead((response) => {
      response.writeHead(200, { 'Content-Length': 5000 }).write('x'.repeat(1000));
    });
    await fails(t, halted, /it broke off after 1000 of 5000 bytes$/, TRY_AGAIN);
    await fails(t, await instead(() => undefined), /linux\.tar\.gz: nothing came for 300ms$/, TRY_AGAIN);
  });

  it('that is not what its checksum says, or has none', async (t) => {
    const changed = await readFile(good);
    changed[100] = (changed[100] ?? 0) ^ 1;
    await fails(
      t,
      await instead(changed),
      /linux\.tar\.gz has sha256 [0-9a-f]{64}, and [0-9a-f]{64} is expected$/,
      BROKEN,
    );
    const page = { ...(await published('1.2.10', good)), [CHECKSUM]: Buffer.from('<html>sign in</html>') };
    await fails(t, page, /linux\.tar\.gz\.sha256 holds no checksum$/, BROKEN);
  });

  it('that would write elsewhere', async (t) => {
    const outside = { name: 'istio-1.2.10/../../../outside', text: 'x' };
    await fails(
      t,
      await packed('outside.tar.gz', [outside]),
      /cannot be unpacked: "istio-1\.2\.10\/\.\.\/\.\.\/\.\.\/outside" leads outside$/,
      AS_PUBLISHED,
    );
    const link = { name: 'istio-1.2.10/bin', text: '/etc', type: 'symlink' as const };
    await fails(
      t,
      await packed('link.tar.gz', [link]),
      /cannot be unpacked: "istio-1\.2\.10\/bin" is a link, or no file$/,
      AS_PUBLISHED,
    );
  });

  it('that was published cut off', async (t) => {
    const short = await writeTar(join(directory, 'short.tar.gz'), await membersOf('istio-1.2.10'));
    await truncate(short, 1500);
    await fails(
      t,
      await published('1.2.10', short),
      /linux\.tar\.gz: cannot be unpacked: unexpected end of file$/,
      AS_PUBLISHED,
    );
  });

  it('that is another release, or none', async (t) => {
    const other = await packed('other.tar.gz', await membersOf('istio-1.1.17'));
    await fails(t, other, /linux\.tar\.gz holds Istio 1\.1\.17, and 1\.2\.10 was asked for$/, BROKEN);
    const none = await packed('none.tar.gz', [{ name: 'istio-1.2.10/README.md', text: 'x' }]);
    await fails(
      t,
      none,
      /linux\.tar\.gz is no release of Istio: it has no install\/kubernetes\/helm\/istio-init\/files\/crd-\*\.yaml, install\/kubernetes\/helm\/istio\/Chart\.yaml, bin\/istioctl$/,
      /istio-X\.Y\.Z, its archive, or a version/,
    );
  });

  it('but what others keep beside it', async (t) => {
    const setting = await user(t);
    const kept = join(setting.cache, 'istio-upgrade/releases/istio-1.1.17');
    await mkdir(kept, { recursive: true });
    await assert.rejects(download(setting, await serveFiles(t, {})));
    assert.deepEqual(await readdir(join(setting.cache, 'istio-upgrade/releases')), ['istio-1.1.17']);
  });
});

it('a cache that cannot be written is an error that says how to name another', async (t) => {
  const setting = await user(t);
  const cache = join(setting.cache, 'file');
  await writeFile(cache, '');
  await assert.rejects(download({ ...setting, cache }, await serveFiles(t, {})), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.match(error.message, /^cannot keep releases in .*\/file\/istio-upgrade\/releases: ENOTDIR/);
    assert.match(error.hint ?? '', /XDG_CACHE_HOME/);
    return true;
  });
});

it('a place that is no URL is an error', async (t) => {
  await assert.rejects(
    download(await user(t), { url: 'ftp://mirror' }),
    /--release-url: "ftp:\/\/mirror" is no http or https URL/,
  );
});

it('what only the server should see is in no message', async (t) => {
  const { url } = await serveFiles(t, {});
  const secret = { url: url.replace('//', '//me:secret@') };
  await assert.rejects(download(await user(t), secret), (error) => !/secret/.test(`${error}`));
});

it('the cache directory is where each system has it', () => {
  const at = (platform: string, env: Readonly<Record<string, string>> = {}) =>
    cacheDirectory({ env, home: '/home/me', platform });
  assert.equal(at('linux'), '/home/me/.cache');
  assert.equal(at('darwin'), '/home/me/Library/Caches');
  assert.equal(at('win32', { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' }), 'C:\\Users\\me\\AppData\\Local');
  assert.equal(at('win32'), '/home/me/AppData/Local');
  for (const platform of ['linux', 'darwin']) assert.equal(at(platform, { XDG_CACHE_HOME: '/cache' }), '/cache');
});
