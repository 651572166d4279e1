import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

// Who may import whom. `types` only: the port types, event types and rule types that an outer folder hands to an inner one.
interface Room {
  readonly may: readonly string[];
  readonly types?: readonly string[];
  readonly npm: readonly string[];
}

const EDGE: Room = { may: ['core', 'fields', 'yaml'], types: ['app'], npm: [] };
const ROOMS: Readonly<Record<string, Room>> = {
  core: { may: [], npm: [] },
  yaml: { may: [], npm: ['yaml'] },
  mesh: { may: ['core', 'yaml', 'injection'], npm: ['yaml'] },
  fields: { may: ['core'], npm: [] },
  plan: { may: ['core', 'mesh', 'fields'], npm: [] },
  hops: { may: ['core', 'fields', 'injection', 'mesh', 'yaml'], types: ['plan'], npm: ['yaml'] },
  injection: { may: ['core', 'fields', 'yaml'], npm: ['yaml'] },
  diff: { may: ['core'], npm: ['diff', 'yaml'] },
  render: { may: ['core', 'diff'], types: ['app'], npm: ['cli-table3', 'yaml'] },
  app: { may: ['core', 'injection', 'mesh', 'plan', 'diff', 'fields'], npm: [] },
  cluster: { ...EDGE, npm: ['@kubernetes/client-node', 'hpagent', 'yaml'] },
  memory: { ...EDGE, npm: ['yaml'] },
  release: { ...EDGE, npm: ['tar-stream', 'yaml', 'yauzl'] },
  programs: { ...EDGE, npm: ['yaml'] },
  journal: { ...EDGE, npm: [] },
};

// The program's folders; files at its top may import all of them, and are open to all.
const PROGRAM_ROOMS: Readonly<Record<string, readonly string[]>> = {
  flags: [],
  screen: ['flags'],
  request: ['flags', 'screen'],
  runs: ['flags', 'screen', 'request'],
  handlers: ['flags', 'screen', 'request', 'runs', 'completion'],
  commands: ['flags', 'handlers'],
  completion: ['flags', 'runs', 'commands'],
};

const ROOT = resolve(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');
const CMD = join(ROOT, 'cmd');
const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)';/gm;
const DYNAMIC = /\bimport\('([^']+)'\)/g;

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isType: boolean;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const fixed = [...text.matchAll(IMPORT)].map(([, type, specifier = '']) => ({
    file,
    specifier,
    isType: type !== undefined,
  }));
  const late = [...text.matchAll(DYNAMIC)].map(([, specifier = '']) => ({ file, specifier, isType: false }));
  return [...fixed, ...late];
}

function complaint({ file, specifier, isType }: Import): string | undefined {
  const [room = ''] = relative(SRC, file).split('/');
  const rules = ROOMS[room];
  if (!rules) return `${room} is not in the table`;
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) {
    const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
    return rules.npm.some((allowed) => allowed === name) ? undefined : `may not import the package ${specifier}`;
  }
  const [other = ''] = relative(SRC, resolve(dirname(file), specifier)).split('/');
  if (other === room || rules.may.includes(other)) return undefined;
  return isType && rules.types?.includes(other) ? undefined : `may not import ${other}`;
}

function complaintsIn(folder: string, complain: (one: Import) => string | undefined): readonly string[] {
  const imports = filesOf(folder).flatMap(importsOf);
  assert.ok(imports.length > 100, 'the imports were found');
  return imports.flatMap((one) => {
    const text = complain(one);
    return text === undefined ? [] : [`${relative(ROOT, one.file)}: ${text}`];
  });
}

test('every folder of src imports only what the table allows', () => {
  assert.deepEqual(complaintsIn(SRC, complaint), []);
});

/** What a file of the program imports of another of its folders that is not open to it. */
function programComplaint({ file, specifier }: Import): string | undefined {
  const roomOf = (path: string): string | undefined => {
    const [room = '', ...rest] = relative(CMD, path).split('/');
    return rest.length === 0 ? undefined : room;
  };
  const own = roomOf(file);
  if (own === undefined || !specifier.startsWith('.')) return undefined;
  const open = PROGRAM_ROOMS[own];
  if (open === undefined) return `${own} is not in the table`;
  const other = roomOf(resolve(dirname(file), specifier));
  if (other === undefined || other === '..' || other === own || open.includes(other)) return undefined;
  return `may not import ${other}`;
}

test('every folder of cmd imports only what the table allows', () => {
  assert.deepEqual(complaintsIn(CMD, programComplaint), []);
});

test('no file imports itself by way of others, not even types', () => {
  const files = [...filesOf(SRC), ...filesOf(CMD)];
  const imported = new Map(
    files.map((file) => [
      file,
      importsOf(file).flatMap(({ specifier }) => (specifier.startsWith('.') ? resolve(dirname(file), specifier) : [])),
    ]),
  );
  // What imports nothing that is left, or is imported by nothing that is left, is in no circle.
  for (;;) {
    const asked = new Set([...imported.values()].flat());
    const free = [...imported].filter(
      ([file, others]) => !asked.has(file) || !others.some((other) => imported.has(other)),
    );
    if (free.length === 0) break;
    for (const [file] of free) imported.delete(file);
  }
  assert.deepEqual(
    [...imported.keys()].map((file) => relative(ROOT, file)),
    [],
  );
});

test('only the program sees the process and the console', () => {
  const offenders = filesOf(SRC).filter((file) => /\b(?:process|console)\.\w/.test(readFileSync(file, 'utf8')));
  assert.deepEqual(
    offenders.map((file) => relative(ROOT, file)),
    [],
  );
});

test('no file is called after nothing', () => {
  const vague = /(?:^|\/)(?:utils?|helpers?|common|misc|manager)(?:\.ts|\/)/;
  assert.deepEqual(
    [...filesOf(SRC), ...filesOf(CMD)].map((file) => relative(ROOT, file)).filter((file) => vague.test(file)),
    [],
  );
});
