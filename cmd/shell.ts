import type { LiveScreen } from './screen/live-screen.ts';
import type { Timer } from './timer.ts';

/** What a command has of the process that it runs in; tests bring their own. */
export interface Shell {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly out: (text: string) => void;
  /** Prompts, progress, warnings. */
  readonly err: (text: string) => void;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly isStdinTerminal: boolean;
  readonly isStdoutTerminal: boolean;
  readonly isStderrTerminal: boolean;
  /** Rows below what `err` prints, where stderr is a terminal. */
  readonly screen: Pick<LiveScreen, 'show' | 'hold' | 'size'>;
  readonly timer: Timer;
  /** Asks a question on the terminal; undefined when the input ends before an answer. */
  readonly ask: (question: string) => Promise<string | undefined>;
  /**
   * Runs a program that prints where we print and reads nothing.
   * @returns its exit code; throws the system's error where it cannot be run
   */
  readonly runProgram: (command: readonly string[]) => Promise<number>;
  /** Has something cleaned up should the program be ended in the middle of its work. @returns forgets it again */
  readonly atExit: (clean: () => void) => () => void;
  /** What is still under way when the program is done is not waited for. */
  readonly endsAtOnce: () => void;
  /** From here on a change may be in flight: the first Ctrl-C only asks to stop. Before, it ends the program. */
  readonly beginsWriting: () => void;
  /** Fires at the first Ctrl-C while writing. */
  readonly interrupted: AbortSignal;
}
