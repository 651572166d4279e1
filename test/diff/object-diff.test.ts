import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { Json } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { type DiffOptions, diffLines, diffStat } from '../../src/diff/object-diff.ts';

const SIGNS = { context: ' ', added: '+', removed: '-', hunk: '' };

function diff(before: K8sObject | undefined, after: K8sObject | undefined, options?: DiffOptions): string {
  return diffLines(before, after, options)
    .map(({ kind, text }) => `${SIGNS[kind]}${text}\n`)
    .join('');
}

const configMap = (data: Record<string, Json>): K8sObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio' },
  data,
});

const pilot: K8sObject = parse(`
spec:
  template: {spec: {containers: [{name: discovery, image: "docker.io/istio/pilot:1.1.17", args: [discovery, --v]}, {name: istio-proxy}]}}
  replicas: 2
status: {replicas: 2}
metadata: {uid: u, name: istio-pilot, namespace: istio-system, labels: {istio: pilot, app: pilot}}
kind: Deployment
apiVersion: extensions/v1beta1
`);

describe('the difference of two objects', () => {
  it('is a unified diff of their YAML as kubectl prints it', () => {
    const after: K8sObject = parse(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: istio-pilot, namespace: istio-system, labels: {app: pilot, istio: pilot}}
spec:
  replicas: 2
  template: {spec: {containers: [{name: discovery, image: "docker.io/istio/pilot:1.2.10", args: [discovery]}, {name: istio-proxy}]}}
`);
    assert.equal(
      diff(pilot, after),
      `@@ -1,4 +1,4 @@
-apiVersion: extensions/v1beta1
+apiVersion: apps/v1
 kind: Deployment
 metadata:
   labels:
@@ -13,7 +13,6 @@
       containers:
       - args:
         - discovery
-        - --v
-        image: docker.io/istio/pilot:1.1.17
+        image: docker.io/istio/pilot:1.2.10
         name: discovery
       - name: istio-proxy
`,
    );
    assert.deepEqual(diffStat(diffLines(pilot, after)), { added: 2, removed: 3 });
  });

  it('is nothing where only noise and the order of keys differ', () => {
    const { status, metadata, ...rest } = pilot;
    assert.deepEqual(diffLines(pilot, { metadata: { ...metadata, uid: 'other' }, ...rest }), []);
    assert.deepEqual(diffLines(undefined, undefined), []);
  });

  it('is the whole object where it is created or deleted', () => {
    const map = configMap({ a: 'b' });
    const lines = ['apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: istio', 'data:', '  a: b'];
    assert.equal(diff(undefined, map), ['@@ -0,0 +1,6 @@\n', ...lines.map((line) => `+${line}\n`)].join(''));
    assert.equal(diff(map, undefined), ['@@ -1,6 +0,0 @@\n', ...lines.map((line) => `-${line}\n`)].join(''));
  });

  it('shows as many unchanged lines as asked for', () => {
    const after = { ...pilot, spec: { ...Object(pilot.spec), replicas: 3 } };
    assert.equal(diff(pilot, after, { contextLines: 0 }), '@@ -10,1 +10,1 @@\n-  replicas: 2\n+  replicas: 3\n');
    assert.equal(diffLines(pilot, after, { contextLines: 1 }).length, 5);
  });

  it('shows field ownership only where that is asked for', () => {
    const owned = { ...pilot, metadata: { ...pilot.metadata, managedFields: [{ manager: 'kubectl' }] } };
    assert.deepEqual(diffLines(pilot, owned), []);
    assert.match(diff(pilot, owned, { showManagedFields: true }), /^\+ {2}- manager: kubectl$/m);
  });

  it('quotes what YAML 1.1 would not read as a string', () => {
    assert.match(
      diff(undefined, configMap({ a: 'yes', b: '1:30', c: '2019-06-18', d: '' })),
      /a: "yes"\n.*b: "1:30"\n.*c: "2019-06-18"\n.*d: ""\n/,
    );
  });

  it('shows that items of a list change places', () => {
    const env = (...names: string[]): K8sObject => ({ ...configMap({}), env: names.map((name) => ({ name })) });
    assert.equal(
      diff(env('A', 'B'), env('B', 'A'), { contextLines: 0 }),
      '@@ -7,1 +6,0 @@\n-- name: A\n@@ -8,0 +8,1 @@\n+- name: A\n',
    );
  });

  it('never shows the values of a Secret, but that they change', () => {
    const secret = (value: string): K8sObject => ({ ...configMap({ key: value, other: 'c2FtZQ==' }), kind: 'Secret' });
    assert.equal(
      diff(secret('b2xk'), secret('bmV3')),
      `@@ -3,5 +3,5 @@
 metadata:
   name: istio
 data:
-  key: "*** (before)"
+  key: "*** (after)"
   other: "***"
`,
    );
  });
});

describe('the difference of strings', () => {
  const changes = (before: string, after: string) =>
    diff(configMap({ a: before }), configMap({ a: after }), { contextLines: 0 }).replaceAll(/^@@.*\n/gm, '');

  it('is by line where they have several', () => {
    assert.equal(changes('mtls: no\nport: 1\n', 'mtls: yes\nport: 1\n'), '-    mtls: no\n+    mtls: yes\n');
  });

  it('is by line too where they end in white space or hold control characters', () => {
    assert.equal(changes('x: 1\ny: 1\n  ', 'x: 1\ny: 2\n  '), '-    y: 1\n+    y: 2\n');
    assert.equal(changes('x: 1\r\ny: 1\r\n', 'x: 1\r\ny: 2\r\n'), '-    y: 1\\u000d\n+    y: 2\\u000d\n');
  });

  it('shows white space at the end and control characters that come or go', () => {
    assert.equal(changes('x\n ', 'x\n'), '-  a: | # and then " "\n+  a: |\n');
    assert.equal(changes('x\n\\u001b', 'x\n\u001b'), '-  a: |-\n+  a: |- # control characters escaped\n');
  });

  it('sends no control character to the terminal', () => {
    const text = diff(undefined, configMap({ a: '\u001b[31m', b: 'x\n\u001b]0;\u0007\u202e\n', c: '\u009b\u2066' }));
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Bidi_Control}/u);
    assert.match(text, /\\u202e/);
  });

  const members = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`member${index}`, { on: true }]));

  it('is by member where they are long JSON in one line', () => {
    const values = (tag: string) => JSON.stringify({ ...members, tag });
    assert.equal(changes(values('1.1.17'), values('1.2.10')), '-      "tag": "1.1.17"\n+      "tag": "1.2.10"\n');
    assert.match(diff(undefined, configMap({ a: values('1') })), /^\+ {2}a: \|- # JSON, in one line$/m);
  });

  it('is shown even where such JSON differs in white space only', () => {
    const text = changes(JSON.stringify(members), `${JSON.stringify(members)} `);
    assert.equal(text.match(/^[-+]/gm)?.length, 2);
  });

  it('is cut to where it begins in other long lines', () => {
    const long = (middle: string) => `${'x'.repeat(10_000)}${middle}${'y'.repeat(20_000)}`;
    const [removed = '', added = ''] = changes(long('1'), long('2')).split('\n');
    assert.match(removed, /^- {2}a: x{35}…x{60}1y+… \(30006 characters\)$/);
    assert.equal(added, removed.replace('-', '+').replace('1', '2'));
    assert.ok(removed.length < 500);
  });

  it('pairs long lines that stand at the same place of a change', () => {
    const lines = (a: string, b: string) => `${'x'.repeat(500)}${a}\n${'y'.repeat(500)}${b}\n`;
    const text = changes(lines('1', '2'), lines('3', '4'));
    assert.deepEqual(
      text.split('\n').map((line) => line.replaceAll(/^(.)\s.*[xy](\d).*$/g, '$1$2')),
      ['-1', '-2', '+3', '+4', ''],
    );
  });

  it('is found soon in long texts that have nothing in common', () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, index) => `${word}${index}\n`).join('');
    const { added, removed } = diffStat(diffLines(configMap({ a: lines('a') }), configMap({ a: lines('b') })));
    assert.deepEqual({ added, removed }, { added: 20_000, removed: 20_000 });
  });
});
