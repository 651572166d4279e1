import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { code, htmlCode, prose } from '../../../src/render/markdown/inline.ts';
import { link } from '../../../src/render/markdown/link.ts';
import { ACTIVE, readable } from './outline.ts';

const SENTENCES: readonly (readonly [text: string, markdown: string])[] = [
  ['set it to 2, and wait: all is well (so far)!', 'set it to 2, and wait: all is well (so far)!'],
  ["Istio 1.1.17 → 1.2.10 isn't re-injected", "Istio 1.1.17 → 1.2.10 isn't re-injected"],
  ['Service/shop/cart: port 8000 is plain', '`Service/shop/cart`: port 8000 is plain'],
  [
    'clients (DestinationRule.networking.istio.io/shop/cart)',
    'clients (`DestinationRule.networking.istio.io/shop/cart`)',
  ],
  ['spec.labels["a.b/c"]: "a.b/c" is wrong', '`spec.labels["a.b/c"]`: "`a.b/c`" is wrong'],
  ['<script>alert(1)</script>', '`<script>alert(1)</script>`'],
  ['ask @istio/maintainers or a@b.example', 'ask `@istio/maintainers` or `a@b.example`'],
  [
    'see #123, GH-7, istio/istio#8, defaced, 4f2e1d0c9b',
    'see `#123`, `GH-7`, `istio/istio#8`, `defaced`, `4f2e1d0c9b`',
  ],
  ['https://evil.example or www.evil.example', '`https://evil.example` or `www.evil.example`'],
  ['[x](http://y) ![z](http://y) :tada: $x$', '`[x](http://y)` `![z](http://y)` `:tada`: `$x$`'],
  ['**bold** _it_ ~~no~~ a_b a\\b &lt; - + >', '`**bold**` `_it_` `~~no~~` `a_b` `a\\b` `&lt`; `-` `+` `>`'],
  ['a|b and `c` and ``d', '`a`&#124;`b` and &#96;`c`&#96; and &#96;&#96;`d`'],
  ['one\ntwo\r\n\nthree\tfour', 'one `two\\u000d` three four'],
  ['red \u001b[31m \u202e', 'red `\\u001b[31m` `\\u202e`'],
];

for (const [text, markdown] of SENTENCES)
  test(`in a sentence ${JSON.stringify(text)} is ${markdown}`, () => assert.equal(prose(text), markdown));

test('a name is code in one piece, whatever it is, and nothing where it is empty', () => {
  assert.equal(
    code('ClusterRole.rbac.authorization.k8s.io/system:controller'),
    '`ClusterRole.rbac.authorization.k8s.io/system:controller`',
  );
  assert.equal(code('a | b'), '`a `&#124;` b`');
  assert.equal(code(''), '');
});

test('in a summary, where no Markdown is read, a name is code in HTML', () => {
  assert.equal(htmlCode('Role/<b>"&`x`'), '<code>Role/&lt;b&gt;&quot;&amp;`x`</code>');
});

test('what nobody reads to its end is cut and says how long it is', () => {
  assert.match(prose('word '.repeat(1000)), / word… \(4999 characters\)$/);
  assert.match(code('x'.repeat(1000)), /^`x{700}… \(1000 characters\)`$/);
});

test("a link to somebody's issue makes no mention there", () => {
  assert.equal(
    link('docs', 'https://github.com/istio/istio/issues/22147'),
    '[docs](<https://redirect.github.com/istio/istio/issues/22147>)',
  );
  assert.equal(link('docs', 'https://istio.io/a(b)#c'), '[docs](<https://istio.io/a(b)#c>)');
  assert.equal(link('docs', 'https://x/a b>'), '[docs](<https://x/a%20b%3E>)');
});

test('whatever a cluster says, nothing of it is left for Markdown or GitHub to read', () => {
  const units = [
    '`',
    '|',
    '<',
    '>',
    '@',
    '#',
    '1',
    'a',
    'B',
    ' ',
    '\n',
    ':',
    '/',
    '.',
    '*',
    '_',
    '[',
    ']',
    '(',
    ')',
    '!',
    '&',
    ';',
    '\\',
    '"',
    "'",
    '-',
    '~',
    '$',
    'é',
    'www.',
    'http',
  ];
  const text = fc.string({ unit: fc.constantFrom(...units), maxLength: 40 });
  fc.assert(
    fc.property(text, (one) => {
      for (const shown of [prose(one), code(one)]) {
        assert.doesNotMatch(readable(`- ${shown}`), ACTIVE, shown);
        assert.doesNotMatch(shown, /[|\n]/);
      }
    }),
    { numRuns: 1000 },
  );
});
