import { EXIT, type ExitCode } from '../../src/core/errors.ts';
import type { KeptRun } from '../../src/core/run.ts';
import { keptRuns, runNamed } from '../../src/journal/kept-runs.ts';
import { historyText, runText } from '../../src/render/history-text.ts';
import type { ColourChoice } from '../flags/colour-choices.ts';
import type { HISTORY_OUTPUTS } from '../flags/history-flags.ts';
import { shownWords } from '../flags/shown-words.ts';
import { stateDirectory } from '../runs/state-directory.ts';
import { styleFor } from '../screen/colour.ts';
import type { Shell } from '../shell.ts';

export interface HistoryCommand {
  readonly run?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly output: (typeof HISTORY_OUTPUTS)[number];
  readonly color: ColourChoice;
}

/** Shows the runs that are kept on this machine; asks no cluster. */
export async function runHistoryCommand(args: HistoryCommand, shell: Shell): Promise<ExitCode> {
  const { run, output } = args;
  const all = await keptRuns(stateDirectory(args.stateDir, shell));
  if (output === 'text') {
    const style = styleFor(args.color, shell.env, shell.isStdoutTerminal);
    shell.out(run === undefined ? historyText(all, style) : runText(runNamed(all, run), style));
    return EXIT.done;
  }
  if (output === 'markdown') {
    const { historyMarkdown, runMarkdown } = await import('../../src/render/markdown/history-markdown.ts');
    shell.out(run === undefined ? historyMarkdown(all) : runMarkdown(forOthers(runNamed(all, run))));
    return EXIT.done;
  }
  const { historyData, runData } = await import('../../src/render/history-data.ts');
  const { dataJson, dataYaml } = await import('../../src/render/data-text.ts');
  const data = run === undefined ? historyData(all) : runData(runNamed(all, run));
  shell.out(output === 'json' ? dataJson(data) : dataYaml(data));
  return EXIT.done;
}

/** A report is read by more people than the state directory. */
function forOthers(run: KeptRun): KeptRun {
  return { ...run, record: { ...run.record, words: shownWords(run.record.words) } };
}
