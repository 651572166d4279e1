import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
// One of our commands with a flag is there to be copied.
const BARE =
  /(?<!kubectl istio-upgrade )(?<!kubectl )(?<!\$0 )\b(?:apply|check|history|plan|rollback|status) --[a-z].{0,20}/g;

test('wherever a message names a command with its flags, it can be copied: kubectl istio-upgrade and all', () => {
  const files = ['cmd', 'src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(ROOT, folder, name)),
  );
  const bare = files
    // Its help texts speak of commands among commands.
    .filter((file) => file !== join(ROOT, 'cmd/main.ts') && !file.startsWith(join(ROOT, 'cmd/commands')))
    .flatMap((file) => {
      const found = readFileSync(file, 'utf8').replace(COMMENT, '').match(BARE) ?? [];
      return found.map((text) => `${relative(ROOT, file)}: ${text}`);
    });
  assert.deepEqual(bare, []);
});

test('the name of the file that kubectl runs is in no message', () => {
  const naming = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /kubectl-istio_upgrade/.test(readFileSync(join(ROOT, 'src', name), 'utf8').replace(COMMENT, '')));
  assert.deepEqual(naming, ['cluster/transport.ts'], 'but in User-Agent');
});
