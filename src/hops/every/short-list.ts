const SHOWN = 5;

/** The first few of a list, and how many more there are. */
export function shortList(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(', ')} and ${more} more` : names.join(', ');
}
