import { Document, isScalar, visit } from 'yaml';
import type { JsonObject } from '../core/json.ts';
import { escapeControls } from '../diff/escape.ts';

const LINE_WIDTH = 120;

/** Data as JSON that cannot command a terminal. */
export function dataJson(data: JsonObject): string {
  // JSON leaves C1 controls and marks of writing direction as they are; as escapes they are the same strings.
  return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
}

/**
 * The same data as YAML.
 * @param lists `inline`: those of texts in brackets, as roles are commonly written
 */
export function dataYaml(data: JsonObject, lists: 'block' | 'inline' = 'block'): string {
  const document = new Document(JSON.parse(dataJson(data)));
  visit(document, {
    Seq(_key, list) {
      if (lists === 'inline') list.flow = list.items.every(isScalar);
    },
    Scalar(_key, scalar) {
      const isUnsafe = typeof scalar.value === 'string' && escapeControls(scalar.value) !== scalar.value;
      // Only there an escape stands for the character.
      if (isUnsafe) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeControls(
    document.toString({ lineWidth: lists === 'inline' ? LINE_WIDTH : 0, flowCollectionPadding: false }),
  );
}
