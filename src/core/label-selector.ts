import { type Json, type JsonObject, listAt, objectAt, stringAt } from './json.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Whether a LabelSelector (`matchLabels` and `matchExpressions`) selects these labels; an empty one selects everything.
 * @returns false for an operator that does not exist
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
 */
export function matchesSelector({ matchLabels, matchExpressions }: JsonObject, labels: Labels): boolean {
  const exact = Object.entries(objectAt(matchLabels)).every(([key, value]) => labels[key] === value);
  return exact && listAt(matchExpressions).every((term) => holds(objectAt(term), labels));
}

/** Whether a LabelSelector says nothing at all. */
export function isEmptySelector({ matchLabels, matchExpressions }: JsonObject): boolean {
  return Object.keys(objectAt(matchLabels)).length === 0 && listAt(matchExpressions).length === 0;
}

function holds({ key, operator, values }: JsonObject, labels: Labels): boolean {
  const name = stringAt(key) ?? '';
  const value: Json | undefined = Object.hasOwn(labels, name) ? labels[name] : undefined;
  const isAmong = value !== undefined && listAt(values).includes(value);
  if (operator === 'In') return isAmong;
  if (operator === 'NotIn') return !isAmong;
  if (operator === 'Exists') return value !== undefined;
  return operator === 'DoesNotExist' && value === undefined;
}
