import { ApiError } from '../core/errors.ts';
import { kindText, type ObjectRef, refText } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { ManagerConflict } from '../fields/apply.ts';

// The refusals of an API server, in its words.

export function notFound({ resource, group }: ApiResource, name: string): ApiError {
  return new ApiError(`${group === '' ? resource : `${resource}.${group}`} "${name}" not found`, {
    status: 404,
    reason: 'NotFound',
  });
}

export function notServed(): ApiError {
  return new ApiError('the server could not find the requested resource', { status: 404, reason: 'NotFound' });
}

export function badRequest(message: string): ApiError {
  return new ApiError(message, { status: 400, reason: 'BadRequest' });
}

/** A stale resourceVersion. */
export function staleVersion(ref: ObjectRef): ApiError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return new ApiError(`Operation cannot be fulfilled on ${refText(ref)}: ${why}`, { status: 409, reason: 'Conflict' });
}

/** A deletion of one object where another of the same name is. */
export function otherUid(
  ref: ObjectRef,
  { wanted, found }: { readonly wanted: string; readonly found: string },
): ApiError {
  const why = `the UID in the precondition (${wanted}) does not match the UID in record (${found})`;
  return new ApiError(`Operation cannot be fulfilled on ${refText(ref)}: ${why}`, { status: 409, reason: 'Conflict' });
}

/** An apply to one certain object, which is gone. */
export function noObjectOfUid(ref: ObjectRef, uid: string): ApiError {
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  return new ApiError(`Operation cannot be fulfilled on ${refText(ref)}: ${why}`, { status: 409, reason: 'Conflict' });
}

/** A write to one certain object where another of the same name is. */
export function invalidUid(ref: ObjectRef, uid: string): ApiError {
  const cause = {
    reason: 'FieldValueInvalid',
    message: `Invalid value: "${uid}": field is immutable`,
    field: 'metadata.uid',
  };
  const message = `${kindText(ref)} "${ref.name}" is invalid: ${cause.field}: ${cause.message}`;
  return new ApiError(message, { status: 422, reason: 'Invalid', causes: [cause] });
}

export function fieldConflict(conflicts: readonly ManagerConflict[]): ApiError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}"`,
    field: path.startsWith('[') ? path : `.${path}`,
  }));
  const list = causes.map(({ message, field }) => `${message}: ${field}`).join('; ');
  return new ApiError(`Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${list}`, {
    status: 409,
    reason: 'Conflict',
    causes,
  });
}

export function immutable(ref: ObjectRef, fields: readonly string[]): ApiError {
  const causes = fields.map((field) => ({
    reason: 'FieldValueInvalid',
    message: 'Invalid value: field is immutable',
    field,
  }));
  const list = causes.map(({ message, field }) => `${field}: ${message}`).join(', ');
  return new ApiError(`${kindText(ref)} "${ref.name}" is invalid: ${list}`, { status: 422, reason: 'Invalid', causes });
}

export function patchRefused(why: string): ApiError {
  return new ApiError(`the server rejected our request due to an error in our request: ${why}`, {
    status: 422,
    reason: 'Invalid',
  });
}
