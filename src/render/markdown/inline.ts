import { escapeControls } from '../../diff/escape.ts';

// No sentence and no name of an object comes near these.
const LONGEST_PROSE = 1000;
const LONGEST_CODE = 700;

/** Words that are words in Markdown too: letters, also with a hyphen or an apostrophe inside, numbers, versions, counts, arrows and dashes. */
const PLAIN = /^(?:\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*|v?\d+(?:[.,:/]\d+)*|[→…–—·]+|)$/u;
/** What GitHub makes a link of although it is a plain word: what may be the hash of a commit, or begin an address. */
const LINKED = /^(?:[0-9a-f]{7,}|www)$/i;

/**
 * A sentence with names from a cluster in it, for any place inside a line of Markdown. Every word that Markdown or GitHub could read as
 * anything else than itself (markup, HTML, a mention, an issue, a link, an emoji, a table's bar) is shown as code, where they read nothing.
 */
export function prose(text: string): string {
  return oneLine(text, LONGEST_PROSE).split(' ').map(word).join(' ');
}

/** A name from a cluster as code, for any place inside a line of Markdown, a table's cell too. Nothing for an empty one. */
export function code(text: string): string {
  return oneLine(text, LONGEST_CODE)
    .split(/([`|])/)
    .filter((part) => part !== '')
    .map((part) => (part === '`' ? '&#96;' : part === '|' ? '&#124;' : `\`${part}\``))
    .join('');
}

/** The same where only HTML is read: inside of `<summary>`. */
export function htmlCode(text: string): string {
  return `<code>${htmlText(oneLine(text, LONGEST_CODE))}</code>`;
}

export function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text that nobody reads to its end is cut, and says so. */
function oneLine(text: string, longest: number): string {
  const line = escapeControls(text).replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest).trimEnd()}… (${line.length} characters)`;
}

function word(text: string): string {
  const { open = '', core = '', close = '' } = parts(text);
  return PLAIN.test(core) && !LINKED.test(core) ? text : `${open}${code(core)}${close}`;
}

/** A word without the marks of the sentence around it; brackets and quotes are only taken off where they are the sentence's. */
function parts(text: string): Readonly<Record<string, string>> {
  const outer = /^(?<open>[("'“]*)(?<core>.*?)(?<close>[)"'”.,;:!?…]*)$/su.exec(text)?.groups ?? {};
  if (outer.open !== '' || !/[("'“]/.test(outer.core ?? '')) return outer;
  return /^(?<core>.*?)(?<close>[.,;:!?…]*)$/su.exec(text)?.groups ?? {};
}
