import { durationText } from '../../src/core/duration.ts';
import type { DownloadProgress } from '../../src/release/fetch-checked.ts';
import { type Row, rowText } from '../../src/render/progress/row.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import type { Shell } from '../shell.ts';
import { styleFor } from './colour.ts';
import { canShowRows, showRows, TICK } from './live-rows.ts';

const MEGABYTE = 1e6;

/**
 * Tells on stderr how far a download is: on a terminal in a row that is written over, else when it begins and when it is done.
 * @returns what reports, and what takes away the row of a download that is not finished
 */
export function downloadProgress(shell: Shell, color: ColourChoice) {
  const { err, timer, screen } = shell;
  const style = styleFor(color, shell.env, shell.isStderrTerminal);
  const isShown = canShowRows(shell);
  const begun = timer.now();
  let last: DownloadProgress | undefined;
  const rowOf = (progress: DownloadProgress): Row => ({
    state: progress.isDone ? 'done' : 'running',
    took: timer.now() - begun,
    cells: [{ text: textOf(progress) }],
  });
  const stop = timer.every(TICK, () => {
    if (isShown && last !== undefined && !last.isDone) showRows([rowOf(last)], style, shell);
  });
  const report = (progress: DownloadProgress): void => {
    const isFirst = last === undefined;
    last = progress;
    if (isShown && progress.isDone) {
      screen.show([]);
      err(`${rowText(rowOf(progress), style)}\n`);
    } else if (!isShown && progress.isDone) err(`${textOf(progress)} in ${durationText(timer.now() - begun)}\n`);
    else if (!isShown && isFirst) err(`${textOf(progress)}\n`);
  };
  const end = (): void => {
    stop();
    screen.show([]);
  };
  return { report, end };
}

function textOf({ file, received, size, isDone }: DownloadProgress): string {
  const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);
  const of = size === undefined || isDone ? '' : ` of ${megabytes(size)}`;
  return `${isDone ? 'downloaded' : 'downloading'} ${file}: ${megabytes(received)}${of} MB`;
}
