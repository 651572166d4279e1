/**
 * What GitHub takes in one comment or description. A description may have 65,536 characters, a comment 262,144 bytes
 * (https://github.com/dead-claudia/github-limits); as many bytes as that are within either, however characters are counted.
 */
export const GITHUB_LIMIT = 65_536;

/** The size of a text at its largest: in bytes, with line ends of two as a browser sends them. */
export function sizeOf(text: string): number {
  return Buffer.byteLength(text) + text.split('\n').length - 1;
}

/** How many entries of each list are shown: of what has to be known before anybody agrees, and of everything else. */
export interface Measure {
  readonly vital: number;
  readonly other: number;
}

const ALL = Number.POSITIVE_INFINITY;
const MEASURES: readonly Measure[] = [
  ...[ALL, 500, 250, 100, 50, 20].map((other) => ({ vital: ALL, other })),
  ...[250, 100, 50, 20].map((vital) => ({ vital, other: 20 })),
  ...[20, 5].map((vital) => ({ vital, other: 0 })),
];

/** The fullest form of a report that fits. */
export function fitting(report: (measure: Measure) => string): string {
  for (const measure of MEASURES) {
    const text = report(measure);
    if (sizeOf(text) <= GITHUB_LIMIT) return text;
  }
  return report({ vital: 0, other: 0 });
}

/** The first of a list, and a line for the rest where there is one. */
export function first<T>(list: readonly T[], most: number, lineOf: (entry: T) => string): readonly string[] {
  const shown = list.slice(0, most).map(lineOf);
  const left = list.length - shown.length;
  return left === 0 ? shown : [...shown, `and ${left} more`];
}
