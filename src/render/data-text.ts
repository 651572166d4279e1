import { Document, visit } from 'yaml';
import type { JsonObject } from '../core/json.ts';
import { escapeControls } from '../diff/escape.ts';

/** Data as JSON that cannot command a terminal. */
export function dataJson(data: JsonObject): string {
  // JSON leaves C1 controls and marks of writing direction as they are; as escapes they are the same strings.
  return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
}

/** The same data as YAML. */
export function dataYaml(data: JsonObject): string {
  const document = new Document(JSON.parse(dataJson(data)));
  visit(document, {
    Scalar(_key, scalar) {
      const isUnsafe = typeof scalar.value === 'string' && escapeControls(scalar.value) !== scalar.value;
      // Only there an escape stands for the character.
      if (isUnsafe) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeControls(document.toString({ lineWidth: 0 }));
}
