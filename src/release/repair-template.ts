/** A line of a template that today's Helm refuses, and what was made of it. */
export interface Repair {
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

export interface RepairedTemplate {
  readonly text: string;
  readonly repairs: readonly Repair[];
}

// A comment, or an action; what looks like its end inside a quoted text is not.
const ACTION =
  /\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}|\{\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'|(?!\}\})[^"`'])*\}\}/g;
const QUOTED = /"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'/g;
// What a command may follow: the begin of the action, its keyword, an assignment, a pipe or a parenthesis.
const BEGINS_COMMAND = /(?:^\{\{-?|\b(?:if|with|range)|=|\||\(|\b(?:template|block)\s+\S+)\s*$/;

/**
 * Makes a template that Helm 2 rendered fit for today's: where a command is a parenthesised pipeline with arguments, such as
 * `if ($spec.sds) and (eq $spec.sds.enabled true)`, Go's engine before 1.14 took the value of the parentheses and never looked at the arguments;
 * since then it fails with "can't give argument to non-function". The arguments go, which is what they meant.
 * @param text a file of a chart's `templates`
 * @returns the same text where there is nothing to repair
 * @see https://go.dev/doc/go1.14#texttemplatepkgtexttemplate and https://github.com/golang/go/issues/31810
 */
export function repairTemplate(text: string): RepairedTemplate {
  const repairs: Repair[] = [];
  const repaired = text.replaceAll(ACTION, (action, at: number) => {
    const to = withoutArguments(action);
    if (to !== action) repairs.push({ line: text.slice(0, at).split('\n').length, from: action, to });
    return to;
  });
  return { text: repaired, repairs };
}

function withoutArguments(action: string): string {
  // Quoted texts become as many letters, so that positions stay and nothing in them counts.
  const bare = action.replaceAll(QUOTED, (quoted) => 'q'.repeat(quoted.length));
  if (/^\{\{-?\s*\/\*/.test(bare)) return action;
  const cuts = [...bare].flatMap((character, at) => (character === '(' ? (argumentsAfter(bare, at) ?? []) : []));
  // Those inside others go with them.
  const outermost = cuts.filter((cut) => !cuts.some((other) => other.from < cut.from && cut.to <= other.to));
  const fromLast = outermost.sort((a, b) => b.from - a.from);
  return fromLast.reduce((rest, { from, to }) => rest.slice(0, from) + rest.slice(to), action);
}

interface Cut {
  readonly from: number;
  readonly to: number;
}

/** Where the arguments of the parenthesised command that begins here are; undefined where it has none. */
function argumentsAfter(bare: string, open: number): Cut | undefined {
  if (!BEGINS_COMMAND.test(bare.slice(0, open))) return undefined;
  const from = endOfGroup(bare, open);
  const to = from === undefined ? undefined : endOfCommand(bare, from);
  // `(index .Values "a").b` takes a field of the value: a method's arguments are its own.
  if (from === undefined || to === undefined || bare[from] === '.') return undefined;
  const kept = bare.slice(from, to).trimEnd().length;
  return kept === 0 ? undefined : { from, to: from + kept };
}

/** The position after the parenthesis that closes the one at `open`. */
function endOfGroup(bare: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < bare.length; at += 1) {
    if (bare[at] === '(') depth += 1;
    if (bare[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

/** The position of what ends a command: a pipe, a parenthesis of its surroundings, or the end of the action. */
function endOfCommand(bare: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < bare.length; at += 1) {
    if (depth === 0 && (bare[at] === '|' || bare[at] === ')' || /^\s-\}\}|^\}\}/.test(bare.slice(at, at + 4))))
      return at;
    if (bare[at] === '(') depth += 1;
    if (bare[at] === ')') depth -= 1;
  }
  return undefined;
}
