/** One thing in an archive. An entry is read, or passed over, before the next one comes. */
export interface ArchiveEntry {
  /** As the archive has it, with slashes. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
  /** Bytes, unpacked. */
  readonly size: number;
  contents(): Promise<AsyncIterable<unknown>>;
}
