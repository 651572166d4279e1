import { liveScreen } from '../../cmd/screen/live-screen.ts';
import type { Shell } from '../../cmd/shell.ts';
import { type FakeTimer, fakeTimer } from './fake-timer.ts';
import { shellIn } from './run.ts';
import { terminal } from './terminal.ts';

export interface Watching {
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Watched {
  readonly shell: Shell;
  readonly timer: FakeTimer;
  /** What a terminal shows of stderr. */
  readonly lines: () => readonly string[];
  /** All that went to stderr. */
  readonly printed: { err: string };
}

/** A shell whose stderr is a terminal of that size, or a log, and what is seen of it while time passes. */
export function watched({ isTerminal = true, columns = 78, rows = 12, env = {} }: Watching = {}): Watched {
  const printed = { err: '' };
  const seen = terminal(columns, rows);
  const screen = liveScreen(
    (text) => {
      printed.err += text;
      seen.write(text);
    },
    () => ({ columns, rows }),
  );
  const timer = fakeTimer();
  return {
    shell: { ...shellIn({ isTerminal, env }), err: screen.print, screen, timer },
    timer,
    lines: seen.lines,
    printed,
  };
}
