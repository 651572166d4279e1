import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerText } from '../../../cmd/completion/answer.ts';
import { type Candidate, choices, type Source } from '../../../cmd/completion/source.ts';
import type { Wanted } from '../../../cmd/completion/wanted.ts';

const FILES: Source = { from: 'files', extensions: [] };
const MANIFESTS: Source = { from: 'files', extensions: ['yaml', 'json'] };

function answer(parts: Partial<Wanted>, found: readonly Candidate[] = []): string {
  const line = { words: [], flags: new Map(), waiting: undefined, isEnded: false };
  return answerText({ source: choices([]), typed: '', lead: '', used: [], line, ...parts }, found);
}

test('candidates are those that begin as typed, with what is before them in the word', () => {
  const found = [{ value: 'shop' }, { value: 'ship', help: 'a  harbour\nand\tmore' }, { value: 'cart' }];
  assert.equal(answer({}, found), 'shop\nship\ta harbour and more\ncart\n:4\n');
  assert.equal(answer({ typed: 'sh', lead: '-n' }, found), '-nshop\n-nship\ta harbour and more\n:4\n');
  assert.equal(answer({ used: ['shop', 'cart'] }, found), 'ship\ta harbour and more\n:4\n');
  assert.equal(answer({ typed: 'x' }, found), ':4\n');
});

test('runs keep their order, which is that of time', () => {
  assert.equal(answer({ source: { from: 'runs' } }, [{ value: 'b' }, { value: 'a' }]), 'b\na\n:36\n');
});

test('files and directories are left to the shell, which sees only whole words', () => {
  assert.equal(answer({ source: FILES }), ':0\n');
  assert.equal(answer({ source: MANIFESTS, typed: 'mesh' }), 'yaml\njson\n:8\n');
  assert.equal(answer({ source: { from: 'directories' } }), ':16\n');
  for (const source of [FILES, MANIFESTS, { from: 'directories' } as const])
    assert.equal(answer({ source, lead: '-f' }), ':4\n');
});

test('a name that would break the line or command the terminal is not offered, and help cannot either', () => {
  const bad = ['', 'a\nb', 'a\tb', 'a\u001b[2Jb', 'a\u202eb'].map((value) => ({ value }));
  assert.equal(answer({}, [...bad, { value: 'good', help: 'a\u001b[2J' }]), 'good\ta\\u001b[2J\n:4\n');
});
