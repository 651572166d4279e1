import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, UpgradeError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { KeptRun, RunRecord } from '../core/run.ts';
import { decodeJournal, decodeRecord } from './decode-run.ts';
import { codeOf, JOURNAL, RECORD, reasonOf, runsIn } from './run-files.ts';

/** Every run that is kept in a state directory, the oldest first; what is none is passed over. */
export async function keptRuns(stateDirectory: string): Promise<readonly KeptRun[]> {
  const kept = await Promise.all((await runDirectories(stateDirectory)).map(readRun));
  return kept.filter((run) => run !== undefined).sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
}

/** What these runs are, without what each of them wrote; the oldest first. */
export async function keptRecords(stateDirectory: string): Promise<readonly RunRecord[]> {
  const records = await Promise.all((await runDirectories(stateDirectory)).map(readRecord));
  return records.filter((record) => record !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function runDirectories(stateDirectory: string): Promise<readonly string[]> {
  const runs = runsIn(stateDirectory);
  const names = await readdir(runs).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw cannotRead(runs, error);
  });
  return names.map((name) => join(runs, name));
}

/**
 * The one run of which an id, or the beginning of one, is given.
 * @throws UpgradeError (exit 2) when there is none, or more than one
 */
export function runNamed(runs: readonly KeptRun[], id: string): KeptRun {
  const exact = runs.find(({ record }) => record.id === id);
  const [found, ...others] = exact ? [exact] : runs.filter(({ record }) => record.id.startsWith(id));
  if (found !== undefined && others.length === 0) return found;
  const which = found === undefined ? 'there is no run' : 'there are several runs';
  throw new UpgradeError(`${which} ${id}`, { exit: EXIT.usage, hint: 'kubectl istio-upgrade history lists them' });
}

async function readRun(path: string): Promise<KeptRun | undefined> {
  const record = await readRecord(path);
  return record && { record, entries: decodeJournal(await contents(join(path, JOURNAL))) };
}

async function readRecord(path: string): Promise<RunRecord | undefined> {
  return decodeRecord(parsed(await contents(join(path, RECORD))));
}

/** A run that was cut off at its very beginning has not both files. */
async function contents(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return '';
    throw cannotRead(file, error);
  });
}

function parsed(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

function cannotRead(path: string, cause: unknown): UpgradeError {
  return new UpgradeError(`cannot read ${path}: ${reasonOf(cause)}`, {
    cause,
    hint: 'name another directory with --state-dir',
  });
}
