import { Document, visit } from 'yaml';
import type { K8sObject } from '../core/object.ts';

// What Go's YAML 1.1 takes for a number, a boolean, null or a merge where others see a string.
const AMBIGUOUS = /^(?:[-+.\d]|~$|=$|<<$|(?:y|n|yes|no|on|off|true|false|null)$)/i;

/** An object as kubectl reads it back, value by value; unlike what is shown, nothing is escaped, masked or laid out anew. */
export function manifestYaml(object: K8sObject): string {
  const document = new Document(object, { schema: 'yaml-1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === 'string' && AMBIGUOUS.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false, blockQuote: 'literal' });
}
