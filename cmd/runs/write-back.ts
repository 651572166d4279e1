import { rename, writeFile } from 'node:fs/promises';
import { UpgradeError } from '../../src/core/errors.ts';
import type { Opened } from '../open-cluster.ts';

export interface SnapshotArguments {
  readonly snapshot?: string | undefined;
  readonly snapshotOut?: string | undefined;
}

/** Puts the objects of a snapshot as they are now where they came from, or where it is asked for. */
export async function writeBack(args: SnapshotArguments, { objects }: Opened): Promise<void> {
  if (objects === undefined || args.snapshot === undefined) return;
  const { writeSnapshot } = await import('../../src/memory/snapshot-file.ts');
  const file = args.snapshotOut ?? args.snapshot;
  // Beside it first: a run that is cut off leaves the old file whole.
  const staged = `${file}.${process.pid}.new`;
  try {
    await writeFile(staged, writeSnapshot(objects()));
    await rename(staged, file);
  } catch (cause) {
    throw new UpgradeError(`cannot write the snapshot ${file}`, {
      cause,
      hint: 'name another file with --snapshot-out',
    });
  }
}
