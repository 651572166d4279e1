import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLOURED, PLAIN } from '../../src/render/style.ts';

test('plain text is left as it is', () => {
  for (const style of Object.values(PLAIN)) assert.equal(style('x'), 'x');
});

test('every colour is switched on before the text and off after it, and nothing is coloured for nothing', () => {
  assert.deepEqual(Object.keys(COLOURED).sort(), Object.keys(PLAIN).sort());
  for (const [name, style] of Object.entries(COLOURED)) {
    assert.match(style('x'), /^\u001b\[\d+mx\u001b\[(22|39)m$/, name);
    assert.equal(style(''), '', name);
  }
});

test('what is added is green, what is removed red, headings of hunks cyan', () => {
  assert.equal(COLOURED.added('+a'), '\u001b[32m+a\u001b[39m');
  assert.equal(COLOURED.removed('-a'), '\u001b[31m-a\u001b[39m');
  assert.equal(COLOURED.hunk('@@'), '\u001b[36m@@\u001b[39m');
});

test('a style inside another one does not end it', () => {
  assert.equal(COLOURED.bold(COLOURED.added('x')), '\u001b[1m\u001b[32mx\u001b[39m\u001b[22m');
});
