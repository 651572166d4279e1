import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import { unpack } from '../../src/release/unpack.ts';
import { FIXTURES, type Member, membersOf, writeTar, writeZip } from './archives.ts';

const CHART = 'istio-1.2.10/install/kubernetes/helm/istio';
const FORMATS = { 'tar.gz': writeTar, zip: writeZip };

let directory = '';
let into = '';
let count = 0;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'unpack-test-'));
});
after(() => rm(directory, { recursive: true, force: true }));

/** A new directory to unpack into. */
async function newPlace(): Promise<string> {
  count += 1;
  into = join(directory, `${count}`, 'into');
  await mkdir(into, { recursive: true });
  return into;
}

async function unpacked(format: keyof typeof FORMATS, members: readonly Member[]): Promise<void> {
  const path = await FORMATS[format](join(directory, `archive.${format}`), members);
  await unpack({ path, name: 'the archive' }, await newPlace());
}

async function refuses(work: Promise<void>, why: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.match(error.message, /^the archive: cannot be unpacked: /);
    assert.match(error.message, why);
    assert.match(error.hint ?? '', /as Istio published it/);
    return true;
  });
  assert.deepEqual(await readdir(join(into, '..')), ['into'], 'nothing is written outside');
}

for (const format of ['tar.gz', 'zip'] as const)
  describe(`a release's ${format}`, () => {
    it('gives its charts, its resources and its istioctl, and nothing else', async () => {
      const members = await membersOf('istio-1.2.10');
      await unpacked(format, [
        ...members,
        { name: 'istio-1.2.10/samples/x.yaml', text: 'x' },
        { name: `${CHART}-remote/Chart.yaml` },
      ]);
      const files = (await readdir(into, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
      assert.equal(files.length, members.length - 1);
      for (const { name, text } of members.slice(1)) assert.equal(await readFile(join(into, name), 'utf8'), text, name);
      assert.equal((await stat(join(into, 'istio-1.2.10/bin/istioctl'))).mode & 0o777, 0o755);
      assert.equal((await stat(join(into, CHART, 'values.yaml'))).mode & 0o111, 0);
    });

    it('is refused with a name that leads outside', async () => {
      for (const name of ['../outside', `${CHART}/../../../../../../../outside`, '/outside', `${CHART}/..\\outside`])
        await refuses(
          unpacked(format, [{ name, text: 'x' }]),
          /leads outside|invalid relative path|absolute path|invalid characters/,
        );
    });

    it('is refused with a link in it, wherever that leads', async () => {
      for (const name of [`${CHART}/values.yaml`, 'istio-1.2.10/samples/x'])
        await refuses(unpacked(format, [{ name, text: '/etc/passwd', type: 'symlink' }]), /is a link, or no file/);
    });

    it('is refused when a file is in it twice', async () => {
      const twice = { name: `${CHART}/values.yaml`, text: 'x' };
      await refuses(unpacked(format, [twice, twice]), /EEXIST/);
    });

    it('is refused when it is cut off', async () => {
      const path = await FORMATS[format](join(directory, `cut.${format}`), await membersOf('istio-1.2.10'));
      await truncate(path, Math.floor((await stat(path)).size / 2));
      await refuses(
        unpack({ path, name: 'the archive' }, await newPlace()),
        /unexpected end|end of central directory|Unexpected end/i,
      );
    });

    it('is refused when it is larger than any release', async () => {
      const path = await FORMATS[format](join(directory, `large.${format}`), await membersOf('istio-1.2.10'));
      const limits = { bytes: 1000, entries: 1000 };
      const large = async (some: Partial<typeof limits>) =>
        unpack({ path, name: 'the archive' }, await newPlace(), { ...limits, ...some });
      await refuses(large({}), /it is larger than any release/);
      await refuses(large({ bytes: 1e9, entries: 3 }), /it is larger than any release/);
    });
  });

it('refuses what is neither, with what can be named', async () => {
  const path = join(FIXTURES, 'istio-1.2.10', 'bin', 'istioctl');
  await assert.rejects(unpack({ path, name: 'istioctl' }, directory), (error) => {
    assert.ok(error instanceof UpgradeError);
    assert.equal(error.message, 'istioctl: neither a .tar.gz nor a .zip');
    assert.match(error.hint ?? '', /its archive, or a version/);
    assert.equal(error.exit, 2);
    return true;
  });
});

it('refuses hard links and devices', async () => {
  for (const type of ['link', 'character-device', 'fifo'] as const)
    await refuses(unpacked('tar.gz', [{ name: `${CHART}/values.yaml`, text: 'x', type }]), /is a link, or no file/);
});
