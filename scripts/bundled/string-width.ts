/**
 * Stands in for the package string-width inside the bundle: what the program lays out in columns (flags, kinds, names of objects) is ASCII, and
 * the package's regular expressions for emoji take longer to compile than everything else at start-up together.
 * @returns code points, escape sequences aside
 */
// biome-ignore lint/style/noDefaultExport: the package has one
export default function stringWidth(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}
