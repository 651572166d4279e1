// Puts krew where the tests look for it: npm run krew
// Taken from $KREW when set, else from the cache, else built from its Go module (once, about a minute; needs Go).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KREW_VERSION, krewPath } from '../test/packages/krew-binary.ts';

const MODULE = 'sigs.k8s.io/krew/cmd/krew';

function say(text: string): void {
  process.stderr.write(`krew-binary: ${text}\n`);
}

function build(program: string): void {
  mkdirSync(dirname(program), { recursive: true });
  // Beside the target first: a build that is cut off leaves no half a program.
  const work = mkdtempSync(join(dirname(program), 'build-'));
  try {
    say(`building krew ${KREW_VERSION}`);
    const { status, error } = spawnSync('go', ['install', `${MODULE}@v${KREW_VERSION}`], {
      env: { ...process.env, GOBIN: work },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error('go install failed', { cause: error });
    renameSync(join(work, 'krew'), program);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const program = krewPath();
if (!existsSync(program)) {
  try {
    build(program);
    say(`done: ${program}`);
  } catch (error) {
    // The tests say what was not run.
    say(`no krew ${KREW_VERSION}: ${error instanceof Error ? error.message : error}; set KREW to one`);
  }
}
