import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { EXIT, UpgradeErrors } from '../../src/core/errors.ts';
import { readManifests } from '../../src/release/read-manifests.ts';

const named = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\n`;
async function* streamOf(...chunks: readonly (Uint8Array | string)[]) {
  yield* chunks;
}

describe('reading manifests', () => {
  let directory = '';
  const at = (...names: readonly string[]) => join(directory, ...names);
  const read = async (...paths: readonly string[]) => {
    const documents = await readManifests(paths, streamOf(named('from-'), named('stdin').slice(named('').length - 2)));
    return documents.map(({ object }) => JSON.stringify(object.metadata));
  };
  const problems = async (...paths: readonly string[]) => {
    const failure = await readManifests(paths, streamOf()).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(failure instanceof UpgradeErrors);
    assert.ok(failure.errors.every(({ exit }) => exit === EXIT.usage));
    return failure.errors.map(({ message }) => message.replaceAll(directory, 'DIR'));
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'manifests-'));
    await mkdir(at('dir', 'sub.yaml'), { recursive: true });
    await mkdir(at('empty'));
    await writeFile(at('dir', 'b.yml'), named('b'));
    await writeFile(at('dir', 'a.yaml'), named('a'));
    await writeFile(at('dir', 'c.json'), JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c' } }));
    await writeFile(at('dir', 'notes.txt'), 'no manifest');
    await writeFile(at('dir', 'sub.yaml', 'd.yaml'), named('d'));
    await writeFile(at('release.txt'), named('txt'));
    await writeFile(at('bad.yaml'), 'kind: [\n---\nkind: Pod\n');
    await writeFile(at('utf16.yaml'), Buffer.from(`\uFEFF${named('a')}`, 'utf16le'));
    await writeFile(at('comments.yaml'), '# nothing\n');
    await symlink(at('dir', 'a.yaml'), at('dir', 'link.yaml'));
  });
  after(() => rm(directory, { recursive: true }));

  it("reads a directory's manifests in order, without its subdirectories", async () => {
    assert.deepEqual(await read(at('dir')), ['{"name":"a"}', '{"name":"b"}', '{"name":"c"}', '{"name":"a"}']);
  });

  it('reads a file whatever its extension', async () => {
    assert.deepEqual(await read(at('release.txt')), ['{"name":"txt"}']);
  });

  it('reads a path that is named twice once', async () => {
    const twice = [at('dir', 'b.yml'), at('dir', '..', 'dir', 'b.yml'), at('dir')];
    assert.deepEqual(await read(...twice), ['{"name":"b"}', '{"name":"a"}', '{"name":"c"}', '{"name":"a"}']);
  });

  it('reads standard input once, and characters that are split between chunks', async () => {
    const bytes = Buffer.from('apiVersion: v1\nkind: Pod\nmetadata: {name: ä}\n');
    const middle = bytes.indexOf(0xc3) + 1;
    const documents = await readManifests(['-', '-'], streamOf(bytes.subarray(0, middle), bytes.subarray(middle)));
    assert.deepEqual(documents, [
      {
        object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ä' } },
        source: 'standard input, document 1, line 1',
      },
    ]);
  });

  it('tells every problem of every path', async () => {
    assert.deepEqual(await problems(at('missing.yaml'), at('empty'), at('bad.yaml'), at('utf16.yaml'), at('dir')), [
      'DIR/missing.yaml: no such file or directory',
      'DIR/empty: no .yaml, .yml or .json file in this directory',
      'DIR/bad.yaml, document 1, line 2: bad YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
      'DIR/bad.yaml, document 2, line 3: object without an apiVersion (a Pod)',
      'DIR/utf16.yaml: not UTF-8 text',
    ]);
  });

  it('refuses manifests without any object', async () => {
    assert.deepEqual(await problems(at('comments.yaml'), '-'), ['DIR/comments.yaml, -: no object in it']);
  });
});
