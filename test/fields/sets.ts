import fc from 'fast-check';
import { type FieldPath, type FieldSet, setOfPaths } from '../../src/fields/field-set.ts';

const name = fc.constantFrom(
  'a',
  'b',
  'app.kubernetes.io/name',
  'metadata',
  'labels',
  'data',
  '1',
  '*',
  'x"y]',
  '',
  'a=b',
);
const element = fc.oneof(
  name.map((text) => `f:${text}`),
  fc.constantFrom(
    'k:{"name":"c"}',
    'k:{"containerPort":80,"protocol":"TCP"}',
    'k:{"name":"a]\\"b,c=d"}',
    'v:"x"',
    'v:"]"',
    'i:0',
    'i:12',
  ),
);

export const anyPath: fc.Arbitrary<FieldPath> = fc.array(element, { minLength: 1, maxLength: 5 });
export const anySet: fc.Arbitrary<FieldSet> = fc.array(anyPath, { maxLength: 8 }).map(setOfPaths);
