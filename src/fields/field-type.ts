import { type GroupVersion, parseApiVersion } from '../core/object.ts';
import { ALWAYS_THERE, isBuiltIn, listTypesOf } from './built-in-types.ts';
import type { ListType } from './list-items.ts';

/** How the server merges the value at one place of an object; items of a list have the type of the list. */
export interface FieldType {
  /** How items are told apart where the value is a list. */
  readonly list: ListType;
  /** An object here is one value, owned as a whole. */
  readonly isAtomicMap: boolean;
  /** An object here is itself a member of what was applied, not only its fields. */
  readonly isListed: boolean;
  /** A container that every object of the kind has, be it empty: nobody owns its existence. */
  readonly isAlwaysThere: boolean;
  readonly field: (name: string) => FieldType;
}

/**
 * The type of an object's root. Built-in kinds have a table; anything else is merged as the server merges custom resources without a
 * schema (typed.DeducedParseableType): maps by key, with every map a member, and all lists one value each, those in `metadata` too.
 */
export function fieldTypeOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): FieldType {
  const groupVersion = parseApiVersion(apiVersion);
  if (!isBuiltIn(groupVersion)) return DEDUCED;
  return isCrd(groupVersion, kind) ? crdType(tableType(kind, [])) : tableType(kind, []);
}

const DEDUCED: FieldType = {
  list: 'atomic',
  isAtomicMap: false,
  isListed: true,
  isAlwaysThere: false,
  field: () => DEDUCED,
};
const ATOMIC: FieldType = {
  list: 'atomic',
  isAtomicMap: true,
  isListed: false,
  isAlwaysThere: false,
  field: () => ATOMIC,
};

// Types are asked for at every field of every object; they never change, so each is made once.
const TABLE = new Map<string, FieldType>();

function tableType(kind: string, path: readonly string[]): FieldType {
  const key = [kind, ...path].join('/');
  const known = TABLE.get(key);
  if (known) return known;
  const type = newTableType(kind, path);
  TABLE.set(key, type);
  return type;
}

function newTableType(kind: string, path: readonly string[]): FieldType {
  const { lists, atomicMaps } = listTypesOf(kind);
  const fields = new Map<string, FieldType>();
  const name = path.join('.');
  return {
    list: lists.get(name) ?? 'atomic',
    isAtomicMap: atomicMaps.has(name),
    isListed: false,
    isAlwaysThere: ALWAYS_THERE.has(name),
    field: (child) => {
      const type = fields.get(child) ?? tableType(kind, [...path, child]);
      fields.set(child, type);
      return type;
    },
  };
}

function isCrd({ group }: GroupVersion, kind: string): boolean {
  return group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition';
}

/** The schemas inside a definition have types of their own; they lie in `spec.validation` and, being atomic, in `spec.versions`. */
function crdType(root: FieldType): FieldType {
  return { ...root, field: (name) => (name === 'spec' ? crdSpecType(root.field('spec')) : root.field(name)) };
}

function crdSpecType(spec: FieldType): FieldType {
  const validation = (type: FieldType): FieldType => ({
    ...type,
    field: (name) => (name === 'openAPIV3Schema' ? schemaType(false) : type.field(name)),
  });
  return {
    ...spec,
    field: (name) => (name === 'validation' ? validation(spec.field('validation')) : spec.field(name)),
  };
}

// JSONSchemaProps: https://github.com/kubernetes/kubernetes/blob/v1.20.2/staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/types_jsonschema.go
const MAPS_OF_SCHEMAS = ['properties', 'patternProperties', 'definitions'];
const ONE_SCHEMA = ['not'];
const PLAIN_FIELDS = ['externalDocs'];

function schemaType(isListed: boolean): FieldType {
  return {
    list: 'atomic',
    isAtomicMap: false,
    isListed,
    isAlwaysThere: false,
    field: (name) => {
      if (MAPS_OF_SCHEMAS.includes(name)) return mapOf(schemaType(true));
      if (name === 'dependencies') return mapOf(ATOMIC);
      if (ONE_SCHEMA.includes(name)) return schemaType(false);
      return PLAIN_FIELDS.includes(name) ? mapOf(ATOMIC) : ATOMIC;
    },
  };
}

function mapOf(entry: FieldType): FieldType {
  return { list: 'atomic', isAtomicMap: false, isListed: false, isAlwaysThere: false, field: () => entry };
}
