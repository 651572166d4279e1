import { HOPS } from '../../src/hops/index.ts';
import { problemKinds } from '../../src/plan/problem-kinds/index.ts';
import type { Candidate } from './source.ts';

/** The ids of all kinds of findings, or of those that `--ignore` takes, with the first sentence about each. */
export function findings({ onlyIgnorable }: { readonly onlyIgnorable: boolean }): readonly Candidate[] {
  return problemKinds(HOPS)
    .filter(({ whyNotIgnored }) => !onlyIgnorable || whyNotIgnored === undefined)
    .map(({ id, severity, explain }) => ({ value: id, help: `${severity}: ${firstSentence(explain)}` }));
}

function firstSentence(text: string): string {
  const [sentence = text] = /^.*?\.(?=\s)/s.exec(text) ?? [];
  return sentence;
}
