const WARNING = /299 \S+ "((?:[^"\\]|\\.)*)"/g;

/**
 * Tells each of a server's warnings once, however often it is sent.
 * @returns takes the `Warning` headers of an answer
 * @see https://kubernetes.io/blog/2020/09/03/warnings/
 */
export function warningCollector(tell: (text: string) => void): (headers: readonly string[]) => void {
  const told = new Set<string>();
  return (headers) => {
    for (const text of headers.flatMap(warningTexts)) {
      if (told.has(text)) continue;
      told.add(text);
      tell(text);
    }
  };
}

function warningTexts(header: string): string[] {
  return [...header.matchAll(WARNING)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
}
