import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Has something done when the program is ended in the middle of its work. @returns forgets it again */
export type AtExit = (clean: () => void) => () => void;

/** A directory for a while. */
export interface Scratch {
  readonly path: string;
  /** Removes it with all that is in it, and the directories that were made to hold it if nothing else is in them. */
  remove(): Promise<void>;
}

/** Makes a directory with a name of its own, which is gone at the end, however that comes. */
export async function makeScratch(parent: string, prefix: string, atExit: AtExit): Promise<Scratch> {
  const made = await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, prefix));
  const forget = atExit(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      forget();
      if (made !== undefined) await removeEmpty(parent, made);
    },
  };
}

/** From the innermost out to the first that was made; one that holds something ends it. */
async function removeEmpty(directory: string, outermost: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch {
    return;
  }
  if (directory !== outermost) await removeEmpty(dirname(directory), outermost);
}
