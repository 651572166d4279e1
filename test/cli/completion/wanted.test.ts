import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Options } from 'yargs';
import type { Command } from '../../../cmd/commands/command.ts';
import { COMMANDS } from '../../../cmd/commands/index.ts';
import { answerText } from '../../../cmd/completion/answer.ts';
import { FLAG_SOURCES, WORD_SOURCES } from '../../../cmd/completion/source.ts';
import { wantedAt } from '../../../cmd/completion/wanted.ts';

const NONE = { describe: '', usage: '', words: {}, flags: {}, examples: [], register: () => assert.fail() };
const FLAGS: Readonly<Record<string, Options>> = {
  filename: { alias: 'f', type: 'string', array: true, describe: 'manifests' },
  namespace: { alias: 'n', type: 'string', describe: 'where' },
  phase: { type: 'string', array: true, choices: ['crds', 'config', 'control-plane'], describe: 'what' },
  color: { type: 'string', choices: ['auto', 'always'], describe: 'colour' },
  prune: { type: 'boolean', describe: 'delete' },
  v: { type: 'string', describe: 'log' },
};
const TEST_COMMANDS: readonly Command[] = [
  { ...NONE, name: 'plan', describe: 'show it', flags: FLAGS },
  { ...NONE, name: 'apply', describe: 'do it', words: { plan: { type: 'string' } }, flags: FLAGS },
  { ...NONE, name: 'rollback', describe: 'undo it', words: { run: { type: 'string', array: true } } },
];

/** Where the candidates come from, and those that the line itself offers. */
function wanted(...words: readonly string[]): { readonly from: string; readonly offers: readonly string[] } {
  const found = wantedAt(words, TEST_COMMANDS);
  const candidates = found.source.from === 'choices' ? found.source.candidates : [];
  const lines = answerText(found, candidates).trimEnd().split('\n').slice(0, -1);
  return { from: found.source.from, offers: lines.map((line) => line.split('\t')[0] ?? '') };
}

const offers = (...words: readonly string[]) => wanted(...words).offers;
const from = (...words: readonly string[]) => wanted(...words).from;

test('commands come first, and only once', () => {
  assert.deepEqual(offers(''), ['plan', 'apply', 'rollback']);
  assert.deepEqual(offers(), ['plan', 'apply', 'rollback']);
  assert.deepEqual(offers('p'), ['plan']);
  assert.deepEqual(offers('plan', ''), []);
  assert.deepEqual(offers('plan', 'p'), []);
  assert.deepEqual(offers('upgrade', ''), []);
});

test('before a command there is only the flag for help', () => {
  assert.deepEqual(offers('-'), ['--help', '-h']);
  assert.deepEqual(offers('--prune', ''), [], 'as far as the parser knows, this is the value of some flag');
  assert.deepEqual(offers('--help', ''), ['plan', 'apply', 'rollback']);
});

test('flags are offered long and short, and those that are no list once', () => {
  const all = ['--filename', '-f', '--namespace', '-n', '--phase', '--color', '--prune', '-v', '--help', '-h'];
  assert.deepEqual(offers('plan', '-'), all);
  assert.deepEqual(offers('plan', '--p'), ['--phase', '--prune']);
  assert.deepEqual(offers('plan', '-n', 'shop', '--prune', '-f', 'x', '-'), [
    ...['--filename', '-f', '--phase', '--color', '-v', '--help', '-h'],
  ]);
  assert.deepEqual(offers('plan', '-n'), ['-n'], 'so that a space follows');
  assert.deepEqual(offers('plan', '--namespace'), ['--namespace']);
  assert.deepEqual(offers('plan', '-n', '--p'), ['--phase', '--prune'], 'no value looks like that');
  assert.deepEqual(offers('plan', '--', '--p'), []);
});

test('the value of a flag is offered in each way of giving one', () => {
  assert.deepEqual(offers('plan', '--color', ''), ['auto', 'always']);
  assert.deepEqual(offers('plan', '--color', 'al'), ['always']);
  assert.deepEqual(offers('plan', '--color=al'), ['always'], 'the shell looks at what is behind the equal sign');
  assert.deepEqual(offers('plan', '--prune='), ['true', 'false']);
  assert.deepEqual(offers('plan', '--unknown', ''), []);
  for (const words of [['-n', 's'], ['-ns'], ['-n=s'], ['--namespace', 's'], ['--namespace=s'], ['--prune', '-ns']])
    assert.equal(from('plan', ...words), 'namespaces', words.join(' '));
  const { typed, lead } = wantedAt(['plan', '-ns'], TEST_COMMANDS);
  assert.deepEqual([typed, lead], ['s', '-n']);
});

test('a value that a list has already is not offered again', () => {
  assert.deepEqual(offers('plan', '--phase', 'config', '--phase=crds', '--phase', ''), ['control-plane']);
  assert.deepEqual(offers('plan', '--phase', 'config', '--phase=c'), ['crds', 'control-plane']);
});

test('words behind a command are those of its usage, and no more', () => {
  assert.equal(from('apply', ''), 'files');
  assert.equal(from('apply', '-n', 'shop', ''), 'files');
  assert.equal(from('apply', '--', ''), 'files');
  assert.deepEqual(wanted('apply', 'upgrade.plan', ''), { from: 'choices', offers: [] });
  for (const words of [[''], ['20261128', ''], ['20261128', '20261129', '2']])
    assert.equal(from('rollback', ...words), 'runs', words.join(' '));
  assert.deepEqual(wantedAt(['rollback', '20261128', ''], TEST_COMMANDS).used, ['20261128']);
});

test('each flag and each word of every command is told where its values come from', () => {
  const flags = COMMANDS.flatMap(({ flags: own }) => Object.entries<Options>(own))
    .filter(([, { type, choices }]) => type !== 'boolean' && choices === undefined)
    .map(([name]) => name);
  assert.deepEqual([...new Set(flags)].filter((name) => FLAG_SOURCES[name] === undefined).sort(), []);
  const words = COMMANDS.flatMap((command) => Object.keys(command.words));
  assert.deepEqual([...new Set(words)].filter((name) => WORD_SOURCES[name] === undefined).sort(), []);
  assert.ok(flags.length > 20 && words.length > 3);
});
