import type { Shell } from './shell.ts';

const MEGABYTE = 1e6;
const STEP = 10;

/** Tells on stderr how far a download is: on a terminal in one line that is written over, else when it begins and when it is done. */
export function downloadProgress({ err, isStderrTerminal }: Shell) {
  let told = -STEP;
  return (file: string, received: number, size: number | undefined): void => {
    const percent = size === undefined || size === 0 ? 0 : Math.floor((100 * received) / size);
    const isDone = received === size;
    const isDue = percent >= told + STEP || isDone;
    if (!isDue) return;
    if (isStderrTerminal) err(`\rdownloading ${file}: ${progressText(received, size)}${isDone ? '\n' : ''}`);
    else if (told < 0 || isDone)
      err(`${isDone ? 'downloaded' : 'downloading'} ${file}: ${progressText(received, size)}\n`);
    told = percent;
  };
}

function progressText(received: number, size: number | undefined): string {
  const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);
  return size === undefined ? `${megabytes(received)} MB` : `${megabytes(received)} of ${megabytes(size)} MB`;
}
