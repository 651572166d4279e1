import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { manifestYaml } from '../../src/render/manifest-yaml.ts';
import { KUBECTL_YAML } from '../../src/yaml/kubectl-yaml.ts';
import { object } from '../objects.ts';

const STRINGS = [
  ...[
    'yes',
    'No',
    'on',
    'OFF',
    'y',
    'N',
    'true',
    'null',
    '~',
    '',
    ' ',
    '=',
    '<<',
    '-',
    '---',
    '...',
    '? x',
    ': x',
    '- x',
  ],
  ...[
    '1',
    '1.10',
    '1e3',
    '.5',
    '+7',
    '0x1F',
    '0o17',
    '017',
    '1_000',
    '1:30',
    '2019-06-01',
    '2019-06-01T00:00:00Z',
    '.inf',
    '.NaN',
  ],
  ...['#x', 'a #b', 'a: b', '{a}', '[a]', '*a', '&a', '!a', '%a', '@a', '`a', "it's", '"q"', 'back\\slash'],
  ...['line\n', 'a\nb', 'a\n\nb\n\n', '  indented\nb', 'tab\there', 'trailing \nb ', '\n', '\n\n', 'a\r\nb'],
  ...['bell\u0007', 'esc\u001b[31m', 'c1\u0085x', 'ls\u2028x', 'bidi\u202ex', 'é', '😀'],
  `${'long '.repeat(60)}\n${'x'.repeat(300)}`,
];

const read = (text: string): unknown => parse(text, KUBECTL_YAML);

for (const text of STRINGS)
  test(`kubectl reads ${JSON.stringify(text.slice(0, 30))} back as the same string, as a value and as a key`, () => {
    const target = object('v1', 'ConfigMap', 'shop/x', { data: { value: text, [`k${text}`]: 'x', list: [text] } });
    assert.deepEqual(read(manifestYaml(target)), target);
    // This library, unlike kubectl's, takes that for a merge key even in quotes.
    if (text === '<<') return;
    const keyed = object('v1', 'ConfigMap', 'shop/x', { data: { [text]: 'x' } });
    assert.deepEqual(read(manifestYaml(keyed)), keyed);
  });

test('kubectl reads every object back as it is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), fc.integer(), (data, number) => {
      const target = object('v1', 'ConfigMap', 'shop/x', {
        data: { ...data },
        spec: { number, none: null, empty: {}, is: true },
      });
      assert.deepEqual(read(manifestYaml(target)), target);
    }),
  );
});
