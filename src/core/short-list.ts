/**
 * The first few of a list, and how many more there are: `bank, shop, web and 12 more`.
 * @param most how many are named
 * @param separator what stands between them
 */
export function shortList(names: readonly string[], most = 5, separator = ', '): string {
  const shown = names.slice(0, most).join(separator);
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
