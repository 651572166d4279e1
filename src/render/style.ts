/** How parts of a text stand out. Rendering is pure: colour is an argument, and tests pass none. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly hunk: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly error: (text: string) => string;
}

const asIs = (text: string): string => text;

export const PLAIN: Style = {
  bold: asIs,
  dim: asIs,
  added: asIs,
  removed: asIs,
  hunk: asIs,
  warning: asIs,
  error: asIs,
};

const sgr = (code: number, end: number) => (text: string) =>
  text === '' ? '' : `\u001b[${code}m${text}\u001b[${end}m`;

export const COLOURED: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  added: sgr(32, 39),
  removed: sgr(31, 39),
  hunk: sgr(36, 39),
  warning: sgr(33, 39),
  error: sgr(31, 39),
};
