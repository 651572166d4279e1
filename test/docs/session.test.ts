import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../cli/run.ts';
import { isShownBy, readmeSession } from './session.ts';

test("README's session shows the screens that its commands give on a real API server", () => {
  for (const { line, shown, golden } of readmeSession()) {
    const screen = readFileSync(join(ROOT, `test/cli/golden/${golden}.txt`), 'utf8');
    assert.ok(isShownBy(shown, screen), `${line}: README does not show what is in ${golden}.txt:\n${shown}`);
  }
});

test('a screen is shown whole, or with … where lines are left out, and in no other way', () => {
  const screen = '\none\ntwo (2)\nthree\n';
  for (const shown of [
    'one\ntwo (2)\nthree',
    '…\nthree',
    'one\n…',
    'one\n…\nthree',
    '…\ntwo (2)\n…',
    'one\ntwo (2)\n…\nthree',
  ])
    assert.ok(isShownBy(shown, screen), shown);
  for (const shown of ['one\nthree', 'one', 'two (2)\n…', 'one\n…\nfour', 'one\ntwo .2.\nthree'])
    assert.ok(!isShownBy(shown, screen), shown);
});
