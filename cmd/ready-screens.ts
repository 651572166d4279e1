/**
 * What the program prints for words that always print the same: help, and the version. None in the sources; in the bundle they are printed
 * beforehand, and answering loads nothing.
 * @see scripts/bundled/print-screens.ts
 */
export const READY_SCREENS: Readonly<Record<string, string>> = {};
