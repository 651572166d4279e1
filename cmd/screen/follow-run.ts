import type { RunEvent } from '../../src/app/events.ts';
import { brokenOffRows, finishedRows } from '../../src/render/progress/finished-rows.ts';
import { liveRows } from '../../src/render/progress/live-rows.ts';
import { logLines, reminders } from '../../src/render/progress/log-lines.ts';
import { type Row, rowText } from '../../src/render/progress/row.ts';
import { advanced, NOT_BEGUN, type RunProgress } from '../../src/render/progress/run-progress.ts';
import { slowestText } from '../../src/render/progress/times-text.ts';
import type { Style } from '../../src/render/style.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import type { Shell } from '../shell.ts';
import { styleFor } from './colour.ts';
import { canShowRows, roomFor, showRows, TICK } from './live-rows.ts';

export interface Following {
  readonly args: { readonly color: ColourChoice; readonly quiet: boolean };
  readonly shell: Shell;
}

/** How a run is shown while it goes on. */
interface Display {
  /** @param before how far the run was */
  readonly event: (event: RunEvent, before: RunProgress) => void;
  /** Nothing happened for a moment; also called after each event. */
  readonly tick: (progress: RunProgress, at: number) => void;
  readonly end: (progress: RunProgress, at: number) => void;
}

/**
 * Carries a run out and tells on stderr how far it is: on a terminal in rows that are written over, else in lines of a log.
 * @returns how long everything took
 */
export async function followRun(events: AsyncIterable<RunEvent>, following: Following): Promise<RunProgress> {
  const { timer } = following.shell;
  const display = displayFor(following);
  let progress = NOT_BEGUN;
  let heardAt = timer.now();
  const now = () => progress.at + timer.now() - heardAt;
  const stop = timer.every(TICK, () => display.tick(progress, now()));
  try {
    for await (const event of events) {
      display.event(event, progress);
      progress = advanced(progress, event);
      heardAt = timer.now();
      display.tick(progress, event.at);
    }
    return progress;
  } finally {
    stop();
    display.end(progress, now());
  }
}

function displayFor({ args, shell }: Following): Display {
  if (args.quiet) return SILENT;
  const style = styleFor(args.color, shell.env, shell.isStderrTerminal);
  return canShowRows(shell) ? terminal(style, shell) : log(style, shell);
}

const SILENT: Display = { event: () => undefined, tick: () => undefined, end: () => undefined };

function log(style: Style, { err }: Shell): Display {
  let remindedAt = 0;
  const print = (lines: readonly string[]) => {
    for (const line of lines) err(`${line}\n`);
  };
  return {
    event: (event, before) => print(logLines(event, before, style)),
    tick: (progress, at) => {
      print(reminders(progress, { from: remindedAt, to: at }, style));
      remindedAt = at;
    },
    end: (progress) => print(slowestLines(progress)),
  };
}

function terminal(style: Style, shell: Shell): Display {
  const { screen, err } = shell;
  const print = (rows: readonly Row[]) => {
    for (const row of rows) err(`${rowText(row, style)}\n`);
  };
  return {
    event: (event, before) => print(finishedRows(event, before)),
    tick: (progress, at) => showRows(liveRows(progress, at, roomFor(shell)), style, shell),
    end: (progress, at) => {
      screen.show([]);
      print(brokenOffRows(progress, at));
      for (const line of slowestLines(progress)) err(`${line}\n`);
    },
  };
}

function slowestLines(progress: RunProgress): readonly string[] {
  const text = slowestText(progress);
  return progress.isVerified && text !== undefined ? [text] : [];
}
