import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpMarkdown, markdownTable } from '../../scripts/docs/markdown-table.ts';
import { withRegions } from '../../scripts/docs/regions.ts';

const TEXT = 'before\n<!-- flags: written by npm run docs -->\nold\n<!-- /flags -->\nafter\n';

test('what stands between the marks of a region is replaced, and nothing else', () => {
  const written = withRegions(TEXT, { flags: 'new $1' });
  assert.equal(written, 'before\n<!-- flags: written by npm run docs -->\n\nnew $1\n\n<!-- /flags -->\nafter\n');
  assert.equal(withRegions(written, { flags: 'new $1' }), written);
});

test('contents without a region, and a region without contents, are errors', () => {
  assert.throws(() => withRegions(TEXT, { flags: '', commands: '' }), { message: 'no region for commands' });
  assert.throws(() => withRegions(TEXT, {}), { message: 'nothing is known to write into region flags' });
});

test('a cell may hold what would end it', () => {
  assert.equal(markdownTable(['a'], [['b|c']]), '| a |\n|---|\n| b\\|c |');
});

test('flags and variables of help become code, other words stay', () => {
  for (const [text, markdown] of [
    ['with --snapshot or -f', 'with `--snapshot` or `-f`'],
    ['files, directories, or - for stdin', 'files, directories, or - for stdin'],
    ['phase data-plane of $XDG_STATE_HOME/istio-upgrade', 'phase data-plane of `$XDG_STATE_HOME/istio-upgrade`'],
    ['auth.istio.io/<port>', 'auth.istio.io/&lt;port>'],
  ] as const)
    assert.equal(helpMarkdown(text), markdown);
});
