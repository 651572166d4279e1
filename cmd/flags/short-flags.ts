/** A word of short flags the last of which has its value attached: `-nshop`, `-Ao=json`. */
export interface Attached {
  /** With its dash: `-n`, `-Ao`. */
  readonly letters: string;
  readonly hasEqualSign: boolean;
  readonly value: string;
}

/**
 * Reads a word of short flags as kubectl does: flags without a value may stand together, and what is behind one that takes a value is its value.
 * @returns undefined for a word without an attached value
 * @see https://github.com/spf13/pflag#command-line-flag-syntax
 */
export function attachedValue(word: string, takesValue: (letter: string) => boolean | undefined): Attached | undefined {
  if (!/^-[^-]/.test(word)) return undefined;
  for (const [index, letter] of [...word.slice(1)].entries()) {
    const letters = word.slice(0, index + 2);
    const rest = word.slice(letters.length);
    const takes = takesValue(letter);
    if (takes === undefined || rest === '') return undefined;
    const hasEqualSign = rest.startsWith('=');
    if (takes) return { letters, hasEqualSign, value: hasEqualSign ? rest.slice(1) : rest };
  }
  return undefined;
}
