const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]/u;
// East Asian Width W and F (https://www.unicode.org/reports/tr11), in whole blocks.
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}])|\ufe0f/u;

/** How many columns of a terminal a text without control characters takes. */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  return characters(text).reduce((sum, character) => sum + characterWidth(character), 0);
}

/**
 * As much of a text as fits.
 * @param width columns
 */
export function cutText(text: string, width: number): string {
  let room = width;
  let kept = '';
  for (const character of characters(text)) {
    room -= characterWidth(character);
    if (room < 0) return kept;
    kept += character;
  }
  return kept;
}

/** What a reader takes for one character: letters with their accents, emoji with their modifiers. */
function characters(text: string): readonly string[] {
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);
}

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
