import type { Options } from 'yargs';

/** Flags by their long names, in yargs' terms. */
export type Flags = Readonly<Record<string, Options>>;
