import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UpgradeError } from '../core/errors.ts';

/** What a run is, and how it ended. */
export const RECORD = 'run.json';
/** Its writes: a line before each, and one after it. */
export const JOURNAL = 'journal.ndjson';

/** Where the runs are, below the directory that this tool keeps its state in. */
export function runsIn(stateDirectory: string): string {
  return join(stateDirectory, 'runs');
}

/**
 * Makes a directory of that name, or of that name and a number where there is one already; nobody else may look into it.
 * @throws UpgradeError when it cannot be made
 */
export async function makeRunDirectory(stateDirectory: string, name: string): Promise<{ id: string; path: string }> {
  const runs = runsIn(stateDirectory);
  try {
    await mkdir(runs, { recursive: true, mode: 0o700 });
    for (let number = 1; ; number += 1) {
      const id = number === 1 ? name : `${name}-${number}`;
      const path = join(runs, id);
      if (await isMade(path)) return { id, path };
    }
  } catch (cause) {
    throw cannotKeep(runs, cause);
  }
}

async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Writes a file beside its place, and moves it there once it is on the disk. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const staged = `${file}.new`;
  const handle = await open(staged, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(staged, file);
  await syncDirectory(dirname(file));
}

export async function openForAppending(file: string): Promise<FileHandle> {
  const handle = await open(file, 'a', 0o600);
  await syncDirectory(dirname(file));
  return handle;
}

/** What is in a directory survives a power cut only once the directory itself is on the disk; some systems cannot be asked to. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of the path is a file',
};

/** The run stops before its next write: without the journal there would be no way back from it. */
export function cannotKeep(path: string, cause: unknown): UpgradeError {
  return new UpgradeError(`cannot keep what is written in ${path}: ${reasonOf(cause)}`, {
    cause,
    hint: 'nothing is written that cannot be taken back: mend it, or name another directory with --state-dir',
  });
}

export function reasonOf(cause: unknown): string {
  return REASONS[codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause));
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
