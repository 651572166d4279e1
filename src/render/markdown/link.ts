/** Addresses that GitHub turns into a mention on the other side: whoever works there would hear of every report. */
const OTHERS_ISSUE = /^https:\/\/github\.com\/(?=[^/]+\/[^/]+\/(?:issues|pull|discussions|commit)\/)/;

/** A link that tells nobody at its other end. */
export function link(text: string, url: string): string {
  const address = url.replace(OTHERS_ISSUE, 'https://redirect.github.com/');
  return `[${text}](<${address.replace(/[<>\\\s|]/g, encodeURIComponent)}>)`;
}
