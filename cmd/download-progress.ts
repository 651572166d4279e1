import type { DownloadProgress } from '../src/release/fetch-checked.ts';
import type { Shell } from './shell.ts';

const MEGABYTE = 1e6;
const STEP = 0.1;

/**
 * Tells on stderr how far a download is: on a terminal in one line that is written over, else when it begins and when it is done.
 * @returns what reports, and what ends a line that is not finished
 */
export function downloadProgress({ err, isStderrTerminal }: Pick<Shell, 'err' | 'isStderrTerminal'>) {
  let told: number | undefined;
  let isOpen = false;
  const report = (progress: DownloadProgress): void => {
    const share = shareOf(progress);
    const isFirst = told === undefined;
    if (told !== undefined && share < told + STEP && !progress.isDone) return;
    told = share;
    if (!isStderrTerminal) {
      if (isFirst || progress.isDone) err(`${lineOf(progress)}\n`);
      return;
    }
    isOpen = !progress.isDone;
    // Its last word is a letter shorter than the one that it is written over.
    err(`\r${lineOf(progress)}${isOpen ? '' : ' \n'}`);
  };
  const end = (): void => {
    if (isOpen) err('\n');
    isOpen = false;
  };
  return { report, end };
}

function shareOf({ received, size }: DownloadProgress): number {
  return size === undefined || size === 0 ? 0 : received / size;
}

function lineOf({ file, received, size, isDone }: DownloadProgress): string {
  const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);
  const of = size === undefined ? '' : ` of ${megabytes(size)}`;
  return `${isDone ? 'downloaded' : 'downloading'} ${file}: ${megabytes(received)}${of} MB`;
}
