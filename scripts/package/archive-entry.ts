/** One file of an archive. Directories are made by those who unpack it. */
export interface ArchiveEntry {
  /** With slashes, relative to the archive. */
  readonly path: string;
  readonly isExecutable: boolean;
  readonly data: Buffer;
}

/** The time of every file in every archive, the first that a zip can hold: the same contents make the same bytes. */
export const EPOCH = new Date('1980-01-01T00:00:00Z');

export function modeOf({ isExecutable }: ArchiveEntry): number {
  return isExecutable ? 0o755 : 0o644;
}

export function inOrder(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
