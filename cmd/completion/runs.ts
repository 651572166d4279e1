import { keptRecords } from '../../src/journal/kept-runs.ts';
import { stateDirectory } from '../runs/state-directory.ts';
import type { Shell } from '../shell.ts';
import { lineFlags } from './line-flags.ts';
import type { Line } from './read-line.ts';
import type { Candidate } from './source.ts';

/** The runs that are kept on this machine, the last one first. */
export async function runs(line: Line, shell: Shell): Promise<readonly Candidate[]> {
  const records = await keptRecords(stateDirectory(lineFlags(line)['state-dir'], shell));
  return records.toReversed().map(({ id, from, to, outcome, istioNamespace, cluster }) => ({
    value: id,
    help: `${from} → ${to}, ${outcome?.result ?? 'cut off'}, ${istioNamespace} on ${cluster.address}`,
  }));
}
