import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { Metafile } from 'esbuild';
import { bundledNotices, noticesText } from '../../scripts/package/notices.ts';

const root = mkdtempSync(join(tmpdir(), 'istio-upgrade-notices-'));
after(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function install(
  folder: string,
  manifest: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): void {
  write(`${folder}/package.json`, JSON.stringify(manifest));
  for (const [name, text] of Object.entries(files)) write(`${folder}/${name}`, text);
}

/** A bundle of files of these lengths. */
function bundleOf(inputs: Readonly<Record<string, number>>): Metafile {
  const bytes = Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }]);
  const output = { bytes: 1, inputs: Object.fromEntries(bytes), imports: [], exports: [] };
  return { inputs: {}, outputs: { 'chunks/a.js': output, 'chunks/b.js': output } };
}

install(
  'node_modules/b',
  { name: 'b', version: '2.0.0', license: 'ISC' },
  { 'LICENSE.md': 'B may be used\n', 'lib/package.json': '{}' },
);
install(
  'node_modules/@scope/a',
  { name: '@scope/a', version: '1.0.0', license: 'Apache-2.0' },
  { LICENSE: 'license of a', NOTICE: 'notice of a' },
);
install(
  'node_modules/b/node_modules/@scope/a',
  { name: '@scope/a', version: '0.9.0', license: 'MIT' },
  { LICENCE: 'old license of a' },
);
install('node_modules/bare', { name: 'bare', version: '3.0.0', license: 'MIT' }, { 'license-of-nothing-else.js': '' });

test('each package of which something is in the bundle is told once, each version for itself, with all that has to be passed on', () => {
  const bundle = bundleOf({
    'src/core/errors.ts': 10,
    'node_modules/b/lib/index.js': 10,
    'node_modules/b/lib/other.js': 10,
    'node_modules/@scope/a/index.js': 10,
    'node_modules/b/node_modules/@scope/a/index.js': 10,
    'node_modules/bare/index.js': 0,
  });
  assert.deepEqual(bundledNotices(bundle, root), [
    { name: '@scope/a', version: '0.9.0', license: 'MIT', text: 'old license of a' },
    { name: '@scope/a', version: '1.0.0', license: 'Apache-2.0', text: 'license of a\n\nnotice of a' },
    { name: 'b', version: '2.0.0', license: 'ISC', text: 'B may be used' },
  ]);
});

test('what comes without its license is not packaged', () => {
  rmSync(join(root, 'node_modules/bare/license-of-nothing-else.js'));
  assert.throws(() => bundledNotices(bundleOf({ 'node_modules/bare/index.js': 5 }), root), {
    message: 'bare 3.0.0 comes without its license, MIT',
  });
});

test('the text lists everything first, and then each license', () => {
  const text = noticesText([
    { name: 'a', version: '1.0.0', license: 'MIT', text: 'use it\n' },
    { name: 'b', version: '2.0.0', license: 'ISC', text: 'use it too' },
  ]);
  const rule = '='.repeat(80);
  assert.equal(
    text,
    `This package contains the following software of others, under their licenses:

  a 1.0.0 (MIT)
  b 2.0.0 (ISC)

${rule}
a 1.0.0 (MIT)
${rule}

use it

${rule}
b 2.0.0 (ISC)
${rule}

use it too
`,
  );
});
