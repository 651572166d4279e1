import { COMMANDS } from '../../cmd/commands/index.ts';
import { HOPS } from '../../src/hops/index.ts';
import { problemKinds } from '../../src/plan/problem-kinds/index.ts';
import { commandTable } from './command-table.ts';
import { exitCodeTable } from './exit-code-table.ts';
import { findingTable } from './finding-table.ts';
import { connectionTable, flagTable } from './flag-table.ts';

/** What README says that the code knows, by the region that it stands in. */
export const README_REGIONS: Readonly<Record<string, string>> = {
  commands: commandTable(COMMANDS),
  flags: flagTable(COMMANDS),
  'connection-flags': connectionTable(COMMANDS),
  'exit-codes': exitCodeTable(),
  findings: findingTable(problemKinds(HOPS)),
};
