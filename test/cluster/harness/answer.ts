import { ApiError } from '../../../src/core/errors.ts';
import { isObject, type Json, type JsonObject, stringAt } from '../../../src/core/json.ts';
import { isK8sObject, type K8sObject } from '../../../src/core/object.ts';

export interface Answer {
  readonly status: number;
  /** The text itself where the answer is not JSON. */
  readonly body: Json;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The body of an answer: JSON where it says so, else the text. */
export function parsed(text: string, contentType: string | undefined): Json {
  return contentType?.includes('json') ? JSON.parse(text) : text;
}

/** @throws Error when the answer is not one object */
export function asObject(body: Json): K8sObject {
  if (!isK8sObject(body)) throw new Error(`not an object: ${JSON.stringify(body).slice(0, 200)}`);
  return body;
}

/** The `Status` of an answer that is not a success, as an error. */
export function refusal(what: string, { status, body }: Answer): ApiError {
  const answer: JsonObject = isObject(body) ? body : {};
  const message = stringAt(answer.message) ?? JSON.stringify(body);
  return new ApiError(`${what}: ${status} ${message}`, {
    status,
    reason: stringAt(answer.reason) ?? '',
    causes: causesOf(answer),
  });
}

function causesOf({ details }: JsonObject): { reason: string; message: string; field: string }[] {
  const causes = isObject(details) && Array.isArray(details.causes) ? details.causes : [];
  return causes.map((cause: Json) => {
    const { reason, message, field } = isObject(cause) ? cause : {};
    return { reason: `${reason}`, message: `${message}`, field: `${field}` };
  });
}
