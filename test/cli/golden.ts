import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Compares a whole screen with its file under golden/; `UPDATE_GOLDEN=1` writes the file instead. */
export function assertGolden(name: string, screen: string): void {
  const file = join(import.meta.dirname, 'golden', `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') {
    writeFileSync(file, screen);
    return;
  }
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1 and read what it writes`);
  assert.equal(screen, readFileSync(file, 'utf8'));
}
