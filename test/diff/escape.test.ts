import assert from 'node:assert/strict';
import { it } from 'node:test';
import { escapeControls } from '../../src/diff/escape.ts';

it('shows every control character and direction mark as its code, and nothing else', () => {
  const controls = /[\p{Cc}\p{Bidi_Control}]/u;
  for (let code = 0; code <= 0xffff; code += 1) {
    const character = String.fromCharCode(code);
    const isShown = controls.test(character) && character !== '\n' && character !== '\t';
    const expected = isShown ? `\\u${code.toString(16).padStart(4, '0')}` : character;
    assert.equal(escapeControls(`a${character}b`), `a${expected}b`);
  }
});
