import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bullets, details, fenced, folded, markdownTable } from '../../../src/render/markdown/blocks.ts';
import { first, fitting, GITHUB_LIMIT, sizeOf } from '../../../src/render/markdown/limit.ts';
import { outlineOf } from './outline.ts';

test('a fence is longer than every run of backticks inside of it', () => {
  assert.equal(fenced('diff', '+a'), '```diff\n+a\n```');
  const text = ' ```\n ````\n+x `y`';
  assert.equal(fenced('diff', text), `\`\`\`\`\`diff\n${text}\n\`\`\`\`\``);
  assert.deepEqual(outlineOf(fenced('diff', text)).fenced, text.split('\n'));
});

test('what would command a terminal is shown in a fence too', () => {
  assert.equal(fenced('sh', 'a\u001b[2J\rb'), '```sh\na\\u001b[2J\\u000db\n```');
});

test('what opens on a click has the empty lines that GitHub needs to read Markdown in it', () => {
  assert.equal(details('<code>x</code>', '- a'), '<details>\n<summary><code>x</code></summary>\n\n- a\n\n</details>');
});

test('a table has a head, a rule that aligns numbers, and a line a row', () => {
  assert.equal(
    markdownTable(
      ['Object', { head: 'Lines', align: 'right' }, ''],
      [
        ['`a`', '1', ''],
        ['`b`', '22', 'first'],
      ],
    ),
    '| Object | Lines | |\n| --- | ---: | --- |\n| `a` | 1 | |\n| `b` | 22 | first |',
  );
});

test('short lists stand there, long ones open on a click', () => {
  assert.equal(folded('20 rows', 20, bullets(['a'])), '- a');
  assert.match(folded('21 rows', 21, bullets(['a'])), /^<details>\n<summary>21 rows<\/summary>\n\n- a/);
});

test('of a list that is too long the first are shown, and how many more there are', () => {
  assert.deepEqual(
    first(['a', 'b'], 2, (one) => one),
    ['a', 'b'],
  );
  assert.deepEqual(
    first(['a', 'b', 'c'], 1, (one) => one),
    ['a', 'and 2 more'],
  );
});

test('a size is in bytes, and a line end counts as the two that a browser sends', () => {
  assert.equal(sizeOf('é→\n'), 2 + 3 + 2);
});

test('of the forms of a report the fullest that fits is taken: first everything else is shortened, then what is vital', () => {
  const form = (bytes: (measure: { vital: number; other: number }) => number) =>
    fitting((measure) => `${measure.vital} ${measure.other} ${'x'.repeat(bytes(measure))}`)
      .split(' ', 2)
      .join(' ');
  assert.equal(
    form(() => 10),
    'Infinity Infinity',
  );
  assert.equal(
    form(({ other }) => (other > 60 ? GITHUB_LIMIT : 0)),
    'Infinity 50',
  );
  assert.equal(
    form(({ vital }) => (vital > 60 ? GITHUB_LIMIT : 0)),
    '50 20',
  );
  assert.equal(
    form(({ vital, other }) => (vital + other > 5 ? GITHUB_LIMIT : 0)),
    '5 0',
  );
  assert.equal(
    form(() => GITHUB_LIMIT),
    '0 0',
  );
});
