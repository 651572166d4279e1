import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import yargs, { type Options } from 'yargs';
import { COMMANDS } from '../../../cmd/commands/index.ts';
import { wordsForYargs } from '../../../cmd/commands/words-for-yargs.ts';
import { readLine } from '../../../cmd/completion/read-line.ts';

const FLAGS: Readonly<Record<string, Options>> = {
  ...COMMANDS.find(({ name }) => name === 'apply')?.flags,
  help: { alias: 'h', type: 'boolean' },
};
const LISTS = ['filename', 'phase', 'take'];
const TEXTS = ['namespace', 'istio-namespace', 'strategy', 'v', 'selector', 'kubeconfig'];
const SWITCHES = ['all-namespaces', 'quiet', 'prune', 'yes'];

const read = (...words: readonly string[]) => {
  const { flags, ...line } = readLine(words, FLAGS);
  return { ...line, flags: Object.fromEntries(flags) };
};
const nothing = { words: [], flags: {}, waiting: undefined, isEnded: false };

test('a flag gets its value by a word of its own, behind an equal sign, or attached to its letter', () => {
  const shop = { ...nothing, flags: { namespace: ['shop'] } };
  for (const words of [['--namespace', 'shop'], ['--namespace=shop'], ['-n', 'shop'], ['-n=shop'], ['-nshop']])
    assert.deepEqual(read(...words), shop, words.join(' '));
  assert.deepEqual(read('-Aqnshop').flags, { 'all-namespaces': ['true'], quiet: ['true'], namespace: ['shop'] });
  assert.deepEqual(read('-lapp=x', '-f-', '-f', '-').flags, { selector: ['app=x'], filename: ['-', '-'] });
});

test('a flag at the end waits for its value, and gets none that looks like a flag', () => {
  assert.deepEqual(read('plan', '-n'), { ...nothing, words: ['plan'], flags: { namespace: [] }, waiting: 'namespace' });
  assert.deepEqual(read('-n', '--quiet').flags, { namespace: [], quiet: ['true'] });
  assert.deepEqual(read('-n', '-1').flags, { namespace: ['-1'] });
});

test('a flag that is true or false takes only these words', () => {
  assert.deepEqual(read('--prune', 'false', 'x'), { ...nothing, words: ['x'], flags: { prune: ['true', 'false'] } });
  assert.deepEqual(read('-A', 'x').words, ['x']);
  assert.deepEqual(read('--no-prune', 'x'), { ...nothing, words: ['x'], flags: { prune: ['false'] } });
});

test('of a flag that nobody knows, the next word is the value', () => {
  assert.deepEqual(read('--colour', 'always', 'x').words, ['x']);
  assert.deepEqual(read('--colour=always', 'x').words, ['x']);
});

test('behind two dashes nothing is a flag', () => {
  assert.deepEqual(read('-n', '--', '-n', 'x'), {
    ...nothing,
    words: ['-n', 'x'],
    flags: { namespace: [] },
    isEnded: true,
  });
});

const WORD = fc.constantFrom('shop', 'cart=2', 'true', 'false', '-1', '7');
const WORDS = fc.oneof(
  WORD.map((word) => [word]),
  fc.constantFrom(...SWITCHES).map((name) => [`--${name}`]),
  fc.constantFrom(...SWITCHES).map((name) => [`--no-${name}`]),
  fc.tuple(fc.constantFrom(...SWITCHES), fc.boolean()).map(([name, value]) => [`--${name}=${value}`]),
  fc.constantFrom('-A', '-q', '-y', '-Aq', '-h').map((letters) => [letters]),
  fc.tuple(fc.constantFrom(...LISTS, ...TEXTS, 'unknown'), WORD).map(([name, word]) => [`--${name}`, word]),
  fc.tuple(fc.constantFrom(...LISTS, ...TEXTS, 'unknown'), WORD).map(([name, word]) => [`--${name}=${word}`]),
  fc.tuple(fc.constantFrom('-f', '-n', '-i', '-v', '-l', '-An', '-x'), WORD).map(([letter, word]) => [letter, word]),
  fc.tuple(fc.constantFrom('-f', '-n', '-i', '-v', '-l', '-An'), WORD).map(([letter, word]) => [`${letter}${word}`]),
  fc.tuple(fc.constantFrom('-f', '-n', '-i', '-v', '-l', '-An'), WORD).map(([letter, word]) => [`${letter}=${word}`]),
  fc.constantFrom(...TEXTS).map((name) => [`--${name}`]),
  fc.constant(['--']),
);

/** What yargs makes of them; undefined where it complains. */
function parsed(words: readonly string[]): Record<string, unknown> | undefined {
  const plain = Object.fromEntries(
    Object.entries(FLAGS).map(([name, { coerce: _, default: __, choices: ___, ...options }]) => [name, options]),
  );
  try {
    return yargs()
      .options(plain)
      .parserConfiguration({ 'greedy-arrays': false })
      .help(false)
      .version(false)
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new Error(message);
      })
      .parseSync(wordsForYargs(words));
  } catch {
    return undefined;
  }
}

test('words and values are those that the parser finds', () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.array(WORDS, { maxLength: 6 }), (parts) => {
      const words = parts.flat();
      const theirs = parsed(words);
      if (theirs === undefined) return;
      compared += 1;
      const line = read(...words);
      const texts = (value: unknown) => (value === undefined ? [] : [value].flat().map(String));
      assert.deepEqual(line.words, texts(theirs._));
      for (const name of LISTS) assert.deepEqual(line.flags[name] ?? [], texts(theirs[name]), name);
      for (const name of [...TEXTS, ...SWITCHES]) {
        const last = texts(theirs[name]).at(-1);
        // Without a value a text is empty, and completion has no use for it.
        if (last !== '') assert.equal(line.flags[name]?.at(-1), last, name);
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(compared > 100, `${compared} lines were understood`);
});
