import { isObject, type Json, type JsonObject, listAt, objectAt, stringAt } from '../../src/core/json.ts';
import type { FieldType } from '../../src/fields/field-type.ts';

/** A place whose type differs from what the OpenAPI document says. */
export interface Mismatch {
  readonly path: string;
  readonly table: string;
  readonly document: string;
}

/** Every list and every typed map of one kind, compared with the document. A definition that contains itself is followed once. */
export function mismatches(definitions: JsonObject, name: string, type: FieldType): readonly Mismatch[] {
  return compareDefinition({ definitions, seen: [name], path: '' }, objectAt(definitions[name]), type);
}

interface Walk {
  readonly definitions: JsonObject;
  readonly seen: readonly string[];
  readonly path: string;
}

function compareDefinition(walk: Walk, definition: JsonObject, type: FieldType): readonly Mismatch[] {
  return Object.entries(objectAt(definition.properties)).flatMap(([name, schema]) =>
    compareSchema({ ...walk, path: `${walk.path}.${name}` }, objectAt(schema), type.field(name)),
  );
}

function compareSchema(walk: Walk, schema: JsonObject, type: FieldType): readonly Mismatch[] {
  if (schema.type !== 'array') return compareMap(walk, schema, type);
  const [table, document] = [JSON.stringify(type.list), JSON.stringify(listTypeIn(schema))];
  if (table !== document) return [{ path: walk.path, table, document }];
  return document === '"atomic"' ? [] : compareMap(walk, objectAt(schema.items), type);
}

function compareMap(walk: Walk, schema: JsonObject, type: FieldType): readonly Mismatch[] {
  const name = stringAt(schema.$ref)?.replace('#/definitions/', '');
  if (name === undefined || walk.seen.includes(name)) return [];
  const definition = objectAt(walk.definitions[name]);
  if (!isObject(definition.properties)) return [];
  const isAtomic = definition['x-kubernetes-map-type'] === 'atomic' || schema['x-kubernetes-map-type'] === 'atomic';
  if (isAtomic !== type.isAtomicMap)
    return [{ path: walk.path, table: `atomic: ${type.isAtomicMap}`, document: `atomic: ${isAtomic}` }];
  return isAtomic ? [] : compareDefinition({ ...walk, seen: [...walk.seen, name] }, definition, type);
}

// As kube-openapi makes a schema of the extensions: pkg/schemaconv.
function listTypeIn(schema: JsonObject): Json {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'map') return listAt(schema['x-kubernetes-list-map-keys']);
  if (type !== undefined) return type;
  const strategies = stringAt(schema['x-kubernetes-patch-strategy'])?.split(',') ?? [];
  if (!strategies.includes('merge')) return 'atomic';
  const key = schema['x-kubernetes-patch-merge-key'];
  return key === undefined ? 'set' : [key];
}
