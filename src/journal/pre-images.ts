import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeepPreImage } from '../app/ports.ts';
import { UpgradeError } from '../core/errors.ts';
import { refOf, refText, resourceVersionOf } from '../core/object.ts';

/**
 * Keeps objects as they were before they are rewritten, a file each, which `kubectl replace -f` takes back. Nobody else may read them: a record of Helm's
 * holds the values that its user gave.
 * @param directory where this tool keeps its state; made where it is not there yet
 */
export function preImages(directory: string): KeepPreImage {
  return async (object) => {
    const { kind, metadata } = object;
    const name = [kind, metadata.namespace ?? '', metadata.name, resourceVersionOf(object) ?? ''].join('_');
    const file = join(directory, 'pre-images', `${name}.json`);
    try {
      await mkdir(join(directory, 'pre-images'), { recursive: true, mode: 0o700 });
      await writeDurably(file, `${JSON.stringify(object, null, 2)}\n`);
    } catch (cause) {
      throw new UpgradeError(`${refText(refOf(object))} cannot be kept as it is: cannot write ${file}`, {
        cause,
        hint: 'name a directory that you may write to with --state-dir',
      });
    }
    return file;
  };
}

/** It has to be on the disk before the object is written. */
async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
