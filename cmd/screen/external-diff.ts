import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '../../src/core/change.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { escapeControls } from '../../src/diff/escape.ts';
import type { NormaliseOptions } from '../../src/diff/normalise.ts';
import type { DiffFile } from '../../src/render/diff-files.ts';
import type { Shell } from '../shell.ts';

const VARIABLE = 'KUBECTL_EXTERNAL_DIFF';

export interface DiffCommand {
  readonly program: string;
  readonly words: readonly string[];
  /** Words that kubectl does not pass on either. */
  readonly ignored: readonly string[];
}

/**
 * The command that the environment names to show differences, read as a recent kubectl reads it: words are separated by spaces, and those after
 * the program are letters, digits, dashes and equal signs.
 * @returns undefined where none is named
 * @see https://github.com/kubernetes/kubernetes/blob/v1.35.0/staging/src/k8s.io/kubectl/pkg/cmd/diff/diff.go `getCommand`
 */
export function diffCommand(env: Shell['env']): DiffCommand | undefined {
  const [program = '', ...rest] = (env[VARIABLE] ?? '').split(' ').filter((word) => word !== '');
  if (program === '') return undefined;
  const isPassedOn = (word: string) => /^[a-zA-Z0-9-=]+$/.test(word);
  return { program, words: rest.filter(isPassedOn), ignored: rest.filter((word) => !isPassedOn(word)) };
}

/**
 * Has a program show what changes, by two directories with a file an object.
 * @throws UpgradeError where it cannot be run, or ends with more than 1: 0 is for the same, 1 for differences
 */
export async function showDiff(
  { program, words, ignored }: DiffCommand,
  changes: readonly Change[],
  options: NormaliseOptions & { readonly shell: Shell },
): Promise<void> {
  if (changes.length === 0) return;
  const { diffFiles } = await import('../../src/render/diff-files.ts');
  const { shell } = options;
  for (const word of ignored)
    shell.err(`warning: ${VARIABLE}: ${escapeControls(word)} is not passed on: only letters, digits, - and = are\n`);
  const [live, merged] = [await mkdtemp(join(tmpdir(), 'LIVE-')), await mkdtemp(join(tmpdir(), 'MERGED-'))];
  const remove = () => {
    for (const directory of [live, merged]) rmSync(directory, { recursive: true, force: true });
  };
  const forget = shell.atExit(remove);
  try {
    await writeFiles(diffFiles(changes, options), live, merged);
    const code = await shell.runProgram([program, live, merged, ...words]).catch((cause: unknown) => {
      throw failed(program, cause instanceof Error ? cause.message : String(cause), cause);
    });
    if (code > 1) throw failed(program, `exit code ${code}`);
  } finally {
    remove();
    forget();
  }
}

async function writeFiles(files: readonly DiffFile[], live: string, merged: string): Promise<void> {
  for (const file of files) {
    await writeFile(join(live, file.name), file.live, { mode: 0o600 });
    await writeFile(join(merged, file.name), file.merged, { mode: 0o600 });
  }
}

function failed(program: string, why: string, cause?: unknown): UpgradeError {
  const hint = `${VARIABLE} names it, and it ends with 0 or 1; without the variable differences are shown here`;
  return new UpgradeError(`${program} cannot show the differences: ${why}`, { hint, cause });
}
