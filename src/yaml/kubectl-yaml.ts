import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions } from 'yaml';

const INTEGER = /^[-+]?(?:0[bB][01][01_]*|0[oO]?_*[0-7][0-7_]*|0[xX][0-9a-fA-F][0-9a-fA-F_]*|0|[1-9][0-9_]*)$/;
const FLOAT = /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/;

const bool: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|t|on)/i.test(text),
};

const int: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: INTEGER,
  resolve: integer,
};

const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: FLOAT,
  resolve: (text) => Number(text.replaceAll('_', '')),
};

const notFinite: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
  resolve: (text, onError) => onError(`${text} is a number that JSON cannot hold`),
};

/**
 * YAML as kubectl reads it: YAML 1.1 with the scalars of Go's yaml.v2 (https://github.com/go-yaml/yaml/blob/v2.4.0/resolve.go).
 * Unlike the whole of YAML 1.1, dates and `1:30` stay strings, and `!!binary`, `!!set` and `!!omap` are unknown tags; unlike this
 * library's YAML 1.1, so do `.` and `e5`. Of a key that stands twice the last one counts, without a word.
 */
export const KUBECTL_YAML: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  schema: 'failsafe',
  customTags: ['null', bool, int, float, notFinite],
  merge: true,
  resolveKnownTags: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
};

/** Go's `strconv.ParseInt` with base 0: `017` is octal. */
function integer(text: string): number {
  const plain = text.replaceAll('_', '');
  const digits = plain.replace(/^[-+]/, '');
  const size = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return plain.startsWith('-') ? -size : size;
}
