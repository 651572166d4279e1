import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SAVED_PLAN_SCHEMA } from '../../src/plan/saved/saved-plan.ts';
import { ROOT, run } from '../cli/run.ts';

const MESH = join(ROOT, 'test/demo/mesh-1.1.yaml');
const TARGET = join(ROOT, 'test/demo/istio-1.2');
/** Megabytes of heap that the program has to live in, and seconds that it may take. */
const HEAP = 512;
const SECONDS = 90;
const DEEP = 100_000;
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-upgrade-test-'));
});
after(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly text: string;
  readonly seconds: number;
}

/** The program in a process of its own, with little memory. */
async function start(argv: readonly string[]): Promise<Ran> {
  const began = Date.now();
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP}`, 'cmd/kubectl-istio_upgrade.ts', ...argv], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: SECONDS * 1000,
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([child.stdout, child.stderr].map((one) => one.setEncoding('utf8').toArray()));
  return { code: await ended, text: [...(out ?? []), ...(err ?? [])].join(''), seconds: (Date.now() - began) / 1000 };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const configMap = (name: string, rest: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  namespace: istio-system\n  name: ${name}\n${rest}`;

/** Nine anchors, each nine times the one before: billions of copies. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const items = level === 0 ? Array(9).fill('"lol"') : Array(9).fill(`*a${level - 1}`);
    return `  a${level}: &a${level} [${items.join(', ')}]`;
  });
  return configMap('bomb', `bomb:\n${levels.join('\n')}\n`);
}

const ESCAPES = '\\e[2J\\e]0;owned\\a\\r\\u202e\\x9b31m';

interface Case {
  readonly what: string;
  readonly argv: () => readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

const plan = (...flags: readonly string[]) => ['plan', '--snapshot', MESH, '-f', TARGET, ...flags];
const apply = (saved: string) => ['apply', saved, '--snapshot', MESH, '--yes'];
const openJson = (inside: string) =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":${inside}}`;

const CASES: readonly Case[] = [
  {
    what: 'escape sequences in names, labels and values of manifests',
    argv: () =>
      plan(
        '-f',
        file(
          'escapes.yaml',
          configMap(`"a${ESCAPES}"`, `data: {"k${ESCAPES}": "v${ESCAPES}"}\n`).replace(
            '  name',
            `  labels: {x: "l${ESCAPES}"}\n  name`,
          ),
        ),
      ),
    code: 0,
    says: /\\u001b\[2J/,
  },
  {
    what: 'escape sequences in live objects',
    argv: () => {
      const live = configMap('istio', `data: {mesh: "x${ESCAPES}"}\n`).replace(
        '  name',
        `  annotations: {x: "l${ESCAPES}"}\n  name`,
      );
      const mesh = file('escaping-mesh.yaml', `${readFileSync(MESH, 'utf8')}\n---\n${live}`);
      return ['plan', '--snapshot', mesh, '-f', TARGET];
    },
    code: 0,
    says: /\\(?:u001b|e|x1b)\[2J/,
  },
  {
    what: 'a ConfigMap of 5 MB in the manifests',
    argv: () =>
      plan('-f', file('large.yaml', configMap('large', `data:\n  text: "${'x'.repeat(5_000_000)}"\n`)), '-o', 'name'),
    code: 0,
    says: /^ConfigMap\/istio-system\/large$/m,
  },
  {
    what: 'ConfigMaps of 5 MB on both sides, of many lines, shown as a difference',
    argv: () => {
      const lines = (word: string) =>
        configMap('large', `data:\n  text: |\n${`    ${word} of a long configuration\n`.repeat(160_000)}`);
      const mesh = file('large-mesh.yaml', `${readFileSync(MESH, 'utf8')}\n---\n${lines('line')}`);
      return [
        'plan',
        '--snapshot',
        mesh,
        '-f',
        TARGET,
        '-f',
        file('large-lines.yaml', `${lines('line')}    the end\n`),
      ];
    },
    code: 0,
    says: /^\+.*the end$/m,
  },
  {
    what: '10,000 documents',
    argv: () => {
      const documents = Array.from({ length: 10_000 }, (_, index) => configMap(`many-${index}`, 'data: {a: b}\n'));
      return plan('-f', file('many.yaml', documents.join('---\n')), '-o', 'name');
    },
    code: 0,
    says: /^ConfigMap\/istio-system\/many-9999$/m,
  },
  {
    what: 'a YAML bomb in the manifests',
    argv: () => plan('-f', file('bomb.yaml', bomb())),
    code: 2,
    says: /bomb\.yaml, document 1, line 1: bad YAML: its aliases stand for more than 1000 copies/,
  },
  {
    what: 'a YAML bomb as a snapshot',
    argv: () => ['plan', '--snapshot', file('bomb-mesh.yaml', bomb()), '-f', TARGET],
    code: 2,
    says: /error: .*bomb-mesh\.yaml, document 1: .*alias/i,
  },
  {
    what: 'YAML bombs inside of live ConfigMaps: the mesh configuration and the injector',
    argv: () => {
      const inside = bomb().replace(/^/gm, '    ');
      const live = ['istio', 'istio-sidecar-injector'].map((name) => {
        const key = name === 'istio' ? 'mesh' : 'config';
        return configMap(name, `data:\n  ${key}: |\n${inside}\n`);
      });
      const mesh = file('bombs-inside.yaml', [readFileSync(MESH, 'utf8'), ...live].join('\n---\n'));
      return ['plan', '--snapshot', mesh, '-f', TARGET];
    },
    code: 0,
    says: /Excessive alias count/,
  },
  {
    what: "a YAML bomb inside of the release's own ConfigMap",
    argv: () => {
      const inside = configMap(
        'istio-security-custom-resources',
        `data:\n  custom-resources.yaml: |\n${bomb().replace(/^/gm, '    ')}\n`,
      );
      return ['plan', '--snapshot', MESH, '-f', TARGET, '-f', file('bomb-inside.yaml', inside)];
    },
    code: 3,
    says: /Excessive alias count/,
  },
  {
    what: `lists nested ${DEEP} levels deep, YAML`,
    argv: () => plan('-f', file('deep.yaml', configMap('deep', `data: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}\n`))),
    code: 2,
    says: /deep\.yaml, document 1, line 1: bad YAML: nested too deeply to be read/,
  },
  {
    what: `objects nested ${DEEP} levels deep, JSON`,
    argv: () => plan('-f', file('deep.json', openJson(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`))),
    code: 2,
    says: /deep\.json, document 1: nested more than 200 levels deep/,
  },
  {
    what: `a snapshot nested ${DEEP} levels deep`,
    argv: () => [
      'plan',
      '--snapshot',
      file('deep-mesh.yaml', configMap('deep', `data: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}\n`)),
      '-f',
      TARGET,
    ],
    code: 2,
    says: /error: .*deep-mesh\.yaml, document 1: .*(?:deep|nested)/i,
  },
  {
    what: 'a snapshot nested 250 levels deep',
    argv: () => {
      const deep = configMap('deep', `data: ${'['.repeat(250)}${']'.repeat(250)}\n`);
      return ['plan', '--snapshot', file('deep-250.yaml', deep), '-f', TARGET];
    },
    code: 2,
    says: /error: .*deep-250\.yaml, document 1: nested more than 200 levels deep/,
  },
  {
    what: `a snapshot of JSON nested ${DEEP} levels deep`,
    argv: () => [
      'plan',
      '--snapshot',
      file('deep-mesh.json', openJson(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`)),
      '-f',
      TARGET,
    ],
    code: 2,
    says: /error: .*deep-mesh\.json, document 1: .*(?:deep|nested)/i,
  },
  {
    what: `a saved plan nested ${DEEP} levels deep`,
    argv: () =>
      apply(file('deep.plan', `{"schema":"${SAVED_PLAN_SCHEMA}","a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`)),
    code: 2,
    says: /deep\.plan is no saved plan: it is nested more than 300 levels deep/,
  },
  {
    what: 'a saved plan that is not one',
    argv: () => apply(file('random.plan', '\u0000\u001b[2J{')),
    code: 2,
    says: /random\.plan is no saved plan: it is not JSON/,
  },
];

for (const { what, argv, code, says } of CASES) {
  test(`${what}: a clear answer, in little memory, and nothing is written`, async (t) => {
    const before = readFileSync(MESH, 'utf8');
    const ran = await start(argv());
    const shown = ran.text.slice(0, 2_000);
    assert.equal(ran.code, code, shown);
    assert.ok(says.test(ran.text), shown);
    assert.doesNotMatch(ran.text, /this is a bug/);
    assert.ok(
      !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(ran.text),
      'nothing that commands a terminal',
    );
    assert.ok(readFileSync(MESH, 'utf8') === before, 'nothing was written');
    t.diagnostic(`${what}: exit ${ran.code} after ${ran.seconds.toFixed(1)} s in ${HEAP} MB`);
  });
}

test('a plan file that was edited by hand, or made for another cluster: refused, and nothing is written', async (t) => {
  process.chdir(ROOT);
  const mesh = join(folder, 'mesh.yaml');
  copyFileSync(MESH, mesh);
  const saved = join(folder, 'upgrade.plan');
  await run(['plan', '--snapshot', mesh, '-f', TARGET, '--out', saved]);
  const edited = file('edited.plan', readFileSync(saved, 'utf8').replace('pilot:1.2.10', 'pilot:6.6.6'));
  for (const [what, plan, snapshot, says] of [
    ['edited by hand', edited, mesh, /the saved plan was changed after it was written/],
    ['for another cluster', saved, MESH, /the plan is for snapshot mesh\.yaml .* and this is snapshot mesh-1\.1\.yaml/],
  ] as const) {
    const before = readFileSync(snapshot, 'utf8');
    const { exit, err } = await run(['apply', plan, '--snapshot', snapshot, '--yes']);
    assert.match(err, says);
    assert.equal(exit, 3);
    assert.ok(readFileSync(snapshot, 'utf8') === before);
    t.diagnostic(`a plan file ${what}: exit ${exit}`);
  }
});
