import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../cmd/commands/index.ts';
import { README_REGIONS } from '../../scripts/docs/readme-regions.ts';
import { withRegions } from '../../scripts/docs/regions.ts';
import { run } from '../cli/run.ts';
import { whyRefused } from './command-line.ts';
import { anchors, inlineCode, linesOf, relativeLinks } from './markdown.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].map((name) => {
  const text = readFileSync(join(ROOT, name), 'utf8');
  return { name, text, lines: linesOf(text) };
});
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
const NAMES = COMMANDS.map(({ name }) => name);
const FLAGS = new Set(
  COMMANDS.flatMap(({ flags }) =>
    Object.entries(flags).flatMap(([name, { alias }]) => [name, alias ?? []].flat().map(flagText)),
  ),
);
// Flags of other programs that the documents speak of.
const OTHERS = new Set(['--help', '--only', '--rounds', '--sizes']);

function flagText(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** The words behind the program's name in every line that calls it, without what a shell makes of the rest of the line. */
function commandLines(): readonly { readonly where: string; readonly words: readonly string[] }[] {
  return DOCUMENTS.flatMap(({ name, lines }) =>
    [...lines.code, ...inlineCode(lines)].flatMap((line) => {
      const [, rest] = /^(?:\$ )?kubectl istio-upgrade (.*)$/.exec(line.trim()) ?? [];
      if (rest === undefined || /^(…|<|-)/.test(rest)) return [];
      const [call = ''] = rest.split(/ +#| [|>&;] ?/);
      return [{ where: `${name}: ${line.trim()}`, words: call.split(/\s+/).filter((word) => word !== '…') }];
    }),
  );
}

test('README says of commands, flags, exit codes and findings what the code says: npm run docs', () => {
  const [readme] = DOCUMENTS;
  assert.equal(readme?.text, withRegions(readme?.text ?? '', README_REGIONS));
});

test('every command line in the documents is one that the program takes', () => {
  const lines = commandLines();
  assert.ok(lines.length > 20, `${lines.length} were found`);
  assert.deepEqual(
    lines.flatMap(({ where, words }) => {
      const why = whyRefused(words);
      return why === undefined ? [] : [`${where}: ${why}`];
    }),
    [],
  );
});

test('a command line with an unknown command, flag or value would be found', () => {
  assert.match(whyRefused(['aply']) ?? '', /Unknown/);
  assert.match(whyRefused(['plan', '--relase', 'x']) ?? '', /Unknown argument: relase/);
  assert.match(whyRefused(['plan', '-o', 'table']) ?? '', /Choices/);
  assert.equal(whyRefused(['history', '20191001-123005']), undefined);
});

test('every screen in the documents is what the program prints, but for lines left out', async () => {
  process.chdir(ROOT);
  const screens = DOCUMENTS.flatMap(({ text }) => screensIn(text));
  assert.ok(screens.length > 1, `${screens.length} were found`);
  for (const { call, lines } of screens) {
    const { out } = await run(call.split(' '));
    const printed = out.split('\n').map(spaced);
    for (const line of lines) assert.ok(take(printed, line), `${call}: ${line}`);
  }
});

interface Screen {
  /** Behind `kubectl istio-upgrade`. */
  readonly call: string;
  readonly lines: readonly string[];
}

function screensIn(text: string): readonly Screen[] {
  return [...text.matchAll(/```text\n\$ kubectl istio-upgrade ([^\n]+)\n([\s\S]*?)```/g)].map(
    ([, call = '', screen = '']) => ({
      call,
      lines: screen
        .split('\n')
        .filter((line) => line !== '…')
        .map(spaced),
    }),
  );
}

/** Columns are as wide as the lines that are left out want them. */
function spaced(line: string): string {
  return line.trim().replaceAll(/ +/g, ' ');
}

/** Takes a line, and all before it, off what is printed. */
function take(printed: string[], line: string): boolean {
  const at = printed.indexOf(line);
  if (at < 0) return false;
  printed.splice(0, at + 1);
  return true;
}

test('what the documents call by a command alone has flags of that command', () => {
  const wrong = DOCUMENTS.flatMap(({ name, lines }) =>
    inlineCode(lines).flatMap((code) => {
      const [command = '', ...words] = code.split(' ');
      const flags = words.filter((word) => /^--?[a-z]/.test(word));
      const known = COMMANDS.find((one) => one.name === command)?.flags;
      if (known === undefined) return [];
      const names = Object.entries(known).flatMap(([flag, { alias }]) => [flag, alias ?? []].flat().map(flagText));
      return flags.filter((flag) => !names.includes(flag)).map((flag) => `${name}: ${code}: ${flag}`);
    }),
  );
  assert.ok(NAMES.includes('plan'));
  assert.deepEqual(wrong, []);
});

test('every flag that the documents name is one', () => {
  const named = DOCUMENTS.flatMap(({ name, lines }) =>
    inlineCode(lines).flatMap((code) => {
      const [, flag = ''] = /^(--?[a-zA-Z][\w-]*)(?=[ =]|$)/.exec(code) ?? [];
      return flag === '' ? [] : [{ flag, where: `${name}: ${code}` }];
    }),
  );
  assert.ok(named.length > 50, `${named.length} were found`);
  assert.deepEqual(
    named.filter(({ flag }) => !FLAGS.has(flag) && !OTHERS.has(flag)).map(({ where }) => where),
    [],
  );
});

test('every npm script and every script that the documents name exists', () => {
  const missing = DOCUMENTS.flatMap(({ name, text }) => [
    ...[...text.matchAll(/npm run ([a-z][a-z-]*)/g)]
      .filter(([, script = '']) => SCRIPTS[script] === undefined)
      .map(([call]) => `${name}: ${call}`),
    ...[...text.matchAll(/(?<![\w/])scripts\/[\w/.-]+\.(?:ts|sh)/g)]
      .filter(([path]) => !existsSync(join(ROOT, path)))
      .map(([path]) => `${name}: ${path}`),
  ]);
  assert.deepEqual(missing, []);
});

test('every relative link leads to a file, and every anchor to a heading', () => {
  const links = DOCUMENTS.flatMap(({ name, lines }) => relativeLinks(lines).map((target) => ({ name, target })));
  assert.ok(links.length > 3, `${links.length} were found`);
  const broken = links.filter(({ name, target }) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? name : path;
    if (!existsSync(join(ROOT, file))) return true;
    return anchor !== undefined && !anchors(linesOf(readFileSync(join(ROOT, file), 'utf8'))).includes(anchor);
  });
  assert.deepEqual(broken, []);
});

test('no two headings of a document have the same anchor', () => {
  for (const { name, lines } of DOCUMENTS.filter(({ name }) => name !== 'CHANGELOG.md')) {
    const all = anchors(lines);
    assert.deepEqual([...new Set(all)], all, name);
  }
});
