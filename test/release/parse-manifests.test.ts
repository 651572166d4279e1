import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT } from '../../src/core/errors.ts';
import { parseManifests } from '../../src/release/parse-manifests.ts';

const problemsOf = (text: string) => parseManifests(text, 'x.yaml').problems.map(({ message }) => message);
const objectsOf = (text: string) => parseManifests(text, 'x.yaml').documents.map(({ object }) => object);
const sourcesOf = (text: string) => parseManifests(text, 'x.yaml').documents.map(({ source }) => source);
const dataOf = (lines: string) => {
  const indented = lines.replaceAll(/^/gm, '  ');
  return objectsOf(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n${indented}`)[0]?.data;
};
const named = (name: string) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n`;

describe('parsing manifests', () => {
  it('reads every document and says where it stands', () => {
    const text = `${named('a')}---\n# nothing here\n---\n${named('b')}`;
    assert.deepEqual(sourcesOf(text), ['x.yaml, document 1, line 1', 'x.yaml, document 3, line 8']);
    assert.deepEqual(objectsOf(text)[1], { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b' } });
  });

  it('skips empty documents, comments and an empty text', () => {
    assert.deepEqual(objectsOf(`---\n\n---\n# comment\n---\n${named('a')}---\n`).length, 1);
    for (const text of ['', '# only a comment\n', '---\n---\n']) {
      assert.deepEqual(parseManifests(text, 'x.yaml'), { documents: [], problems: [] });
    }
  });

  it('takes tabs after values, byte order marks and Windows line ends', () => {
    const text = '\uFEFFapiVersion: v1\t\r\nkind: Service\t\r\nmetadata:\t\r\n  name: a\t\r\n';
    assert.deepEqual(objectsOf(text), [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } }]);
  });

  it('keeps nulls and long strings', () => {
    const long = 'x'.repeat(30_000);
    assert.deepEqual(dataOf(`a: null\nb:\nc: ${long}`), { a: null, b: null, c: long });
  });

  it('reads JSON, lists flattened, without line numbers', () => {
    const item = (name: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name } });
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item('a'), item('b')] }, undefined, '\t');
    assert.deepEqual(objectsOf(text), [item('a'), item('b')]);
    assert.deepEqual(sourcesOf(text), ['x.yaml, document 1, item 1', 'x.yaml, document 1, item 2']);
  });

  it('flattens lists in lists and gives the items of a typed list its apiVersion and kind', () => {
    const text = `apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: DeploymentList
  items:
  - metadata: {name: a}
  - metadata: {name: b}
- {apiVersion: v1, kind: Service, metadata: {name: c}}
`;
    assert.deepEqual(
      objectsOf(text).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
      ['apps/v1 Deployment', 'apps/v1 Deployment', 'v1 Service'],
    );
    assert.equal(sourcesOf(text)[1], 'x.yaml, document 1, line 8');
  });

  it('takes an empty list as no object', () => {
    assert.deepEqual(parseManifests('apiVersion: v1\nkind: List\nitems: []', 'x').documents, []);
    assert.deepEqual(parseManifests('apiVersion: v1\nkind: List\nitems:', 'x').problems, []);
  });

  it('takes a custom resource for itself when its kind only sounds like a list', () => {
    const text = 'apiVersion: a.io/v1\nkind: AllowList\nmetadata: {name: a}\nitems: [1]\n';
    assert.equal(objectsOf(text)[0]?.kind, 'AllowList');
  });
});

describe('scalars as kubectl reads them', () => {
  const cases: readonly (readonly [text: string, value: unknown])[] = [
    ['yes', true],
    ['off', false],
    ['True', true],
    ['Yess', 'Yess'],
    ['~', null],
    ['017', 15],
    ['-0x1F', -31],
    ['0b11', 3],
    ['1_000', 1000],
    ['08', 8],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['e5', 'e5'],
    ['.', '.'],
    ['1.2.3', '1.2.3'],
    ['1:30', '1:30'],
    ['2019-06-18', '2019-06-18'],
    ['2019-06-18T10:00:00Z', '2019-06-18T10:00:00Z'],
    ['"yes"', 'yes'],
    ['!!str 1', '1'],
    ['!!int "1"', 1],
  ];
  for (const [text, value] of cases) {
    it(`reads ${text} as ${JSON.stringify(value)}`, () => assert.deepEqual(dataOf(`a: ${text}`), { a: value }));
  }

  it('keeps to YAML 1.1 whatever a directive says', () => {
    assert.equal(objectsOf(`%YAML 1.2\n---\n${named('a')}spec: yes\n`)[0]?.spec, true);
  });

  it('resolves anchors and merge keys; explicit keys win', () => {
    assert.deepEqual(dataOf('a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  z: 3'), { a: { x: 1, z: 2 }, b: { x: 1, z: 3 } });
  });

  it('turns keys into strings after they are read', () => {
    assert.deepEqual(dataOf('y: 1\n017: 2\n"y": 3'), { true: 1, 15: 2, y: 3 });
  });

  it('takes the last of a key that stands twice', () => {
    assert.deepEqual(dataOf('a: 1\na: 2'), { a: 2 });
  });
});

describe('problems of manifests', () => {
  it('tells all of them, with the document and the line, and keeps what can be used', () => {
    const text = `a: b: c\n---\n${named('a')}---\n- 1\n---\nkind: Service\n---\napiVersion: v1\nkind: Service\n`;
    assert.deepEqual(problemsOf(text), [
      'x.yaml, document 1, line 1: bad YAML: nested mappings are not allowed in compact mappings',
      'x.yaml, document 3, line 8: not an object, which is a mapping with apiVersion and kind',
      'x.yaml, document 4, line 10: object without an apiVersion (a Service)',
      'x.yaml, document 5, line 12: Service without a name',
    ]);
    assert.equal(objectsOf(text).length, 1);
    assert.ok(parseManifests(text, 'x.yaml').problems.every(({ exit }) => exit === EXIT.usage));
  });

  const cases: readonly (readonly [name: string, text: string, problem: RegExp])[] = [
    ['a missing kind', 'apiVersion: v1\nmetadata: {name: a}', /line 1: object without a kind \(of v1\)$/],
    ['a bare string', 'hello', /line 1: not an object/],
    ['an item that is no object', 'apiVersion: v1\nkind: List\nitems:\n- 1\n', /line 4: not an object/],
    [
      'generateName',
      'apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}',
      /Pod with generateName and no name: every run would create another one$/,
    ],
    [
      'a number as a name',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: 12}',
      /Pod with a name that is not a string: 12$/,
    ],
    [
      'a boolean as a namespace',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: yes}',
      /Pod with a namespace that is not a string: true$/,
    ],
    ['an unrendered template', 'kind: {{ .Values.kind }}', /line 1: bad YAML: a mapping or list as a key$/],
    ['a tag that JSON has no type for', 'kind: !!binary aGk=', /bad YAML: unresolved tag: tag:yaml.org,2002:binary$/],
    ['a number that JSON cannot hold', 'kind: .inf', /bad YAML: .inf is a number that JSON cannot hold$/],
    ['an alias without an anchor', 'kind: *a', /bad YAML: unresolved alias/],
    ['a merge of something else than a mapping', '<<: 1', /bad YAML: merge sources must be maps/],
    ['an alias to itself', 'kind: &a [*a]', /nested more than 200 levels deep$/],
    [
      'nesting that exhausts the reader',
      '['.repeat(100_000),
      /document 1, line 1: bad YAML: nested too deeply to be read$/,
    ],
    ['deep nesting', `kind: ${'['.repeat(250)}${']'.repeat(250)}`, /nested more than 200 levels deep$/],
    ['deep nesting in JSON', `{"a":${'['.repeat(250)}${']'.repeat(250)}}`, /nested more than 200 levels deep$/],
    ['two JSON objects', '{"a":1}\n{"b":2}', /line 2: bad YAML/],
  ];
  for (const [name, text, problem] of cases) {
    it(`refuses ${name}`, () => {
      const problems = problemsOf(text);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', problem);
    });
  }

  it('refuses an alias bomb', () => {
    const level = (n: number) =>
      `l${n}: &l${n} [${Array(9)
        .fill(`*l${n - 1}`)
        .join(', ')}]\n`;
    const bomb = `l0: &l0 [lol]\n${[1, 2, 3, 4, 5, 6, 7, 8].map(level).join('')}`;
    assert.deepEqual(problemsOf(bomb), [
      'x.yaml, document 1, line 1: bad YAML: its aliases stand for more than 1000 copies',
    ]);
  });

  it('takes an anchor that is used often', () => {
    assert.deepEqual(problemsOf(`${named('a')}x: &x {a: 1}\ny: [${Array(300).fill('*x').join(', ')}]\n`), []);
  });

  it('does not let a key reach a prototype', () => {
    const [object] = objectsOf(`${named('a')}__proto__: {polluted: yes}\n`);
    assert.ok(object !== undefined && Object.hasOwn(object, '__proto__'));
    assert.equal(Object.getPrototypeOf(object), Object.prototype);
  });
});
