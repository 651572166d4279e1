/** One line of a unified diff. `text` comes without the sign in front; that of a hunk is its header. */
export interface DiffLine {
  readonly kind: 'context' | 'added' | 'removed' | 'hunk';
  readonly text: string;
}
