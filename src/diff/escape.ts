// C0 without tab and newline, DEL, C1, and the marks and overrides of writing direction (https://trojansource.codes).
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text that cannot command a terminal: what would is shown as `\u001b`. Newlines and tabs stay. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
