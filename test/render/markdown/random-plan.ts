import fc from 'fast-check';
import type { Change } from '../../../src/core/change.ts';
import type { ObjectRef } from '../../../src/core/object.ts';
import type { Mention, MtlsEffect, MtlsState, Plan } from '../../../src/core/plan.ts';
import type { Problem } from '../../../src/core/problem.ts';
import { change, object, planOf } from '../../objects.ts';

const UNITS = [
  '`',
  '```',
  '|',
  '<',
  '</details>',
  '<summary>',
  '@',
  '#1',
  'a',
  'b c',
  ' ',
  '\n',
  ':',
  '/',
  '*',
  '_',
  '[',
  ']',
  '\\',
  'é',
  '😀',
  '\u001b',
  '- ',
];

/** A text that Markdown would make something of. */
function hostile(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...UNITS), maxLength });
}

const ref: fc.Arbitrary<ObjectRef> = fc.record({
  group: fc.constantFrom('', 'apps', 'x|`y`'),
  kind: fc.constantFrom('Service', 'Role', '<b>'),
  namespace: hostile(6),
  name: hostile(20),
});

function severityOf(severity: Problem['severity'], most: number): fc.Arbitrary<readonly Problem[]> {
  const one = fc.record({
    message: longer,
    ref: fc.option(ref, { nil: undefined }),
    hint: fc.option(longer, { nil: undefined }),
  });
  return repeated(one, most).map((list) =>
    list.map((rest, index) => ({ ...rest, id: `${severity}-${index}`, severity })),
  );
}

/** A few texts many times: as large as many, and quick to make. */
function repeated<T>(one: fc.Arbitrary<T>, most: number): fc.Arbitrary<readonly T[]> {
  const few = fc.array(one, { minLength: 1, maxLength: 4 });
  return fc
    .tuple(few, fc.integer({ min: 0, max: most }))
    .map(([list, count]) =>
      Array.from({ length: count }, (_, index) => list[index % list.length]).filter((entry) => entry !== undefined),
    );
}

const longer = fc.tuple(hostile(30), fc.constantFrom(1, 3, 40)).map(([text, times]) => `${text} `.repeat(times));

const changed: fc.Arbitrary<Change> = fc
  .record({
    ref,
    before: hostile(20),
    after: hostile(20),
    times: fc.constantFrom(1, 5, 100),
    notes: fc.array(hostile(20), { maxLength: 2 }),
  })
  .map(({ ref: { kind, namespace, name }, before, after, times, notes }) => {
    const with_ = (text: string) =>
      object('v1', kind, `${namespace}-/${name}`, { data: { text: `${text}\n`.repeat(times) } });
    return change(with_(before), with_(after), { notes });
  });

const side: fc.Arbitrary<MtlsState> = fc.record({
  server: fc.constantFrom('STRICT', 'DISABLE'),
  client: fc.constantFrom('PLAINTEXT', 'ISTIO_MUTUAL'),
  isConflict: fc.boolean(),
  because: fc.array(ref, { maxLength: 2 }),
});
const effect: fc.Arbitrary<MtlsEffect> = fc.record({
  service: ref,
  port: fc.nat(65_535),
  subset: hostile(5),
  clients: fc.array(hostile(8), { maxLength: 5 }),
  before: side,
  after: side,
  verdict: fc.constantFrom('same', 'weaker', 'stricter', 'gone'),
  alsoChanged: fc.constantFrom([], ['origins']),
});
const mention: fc.Arbitrary<Mention> = fc.record({ ref, why: longer });

/** Plans of any size, in which every string comes from somebody who wishes to break the report. */
export const randomPlan: fc.Arbitrary<Plan> = fc
  .record({
    changes: repeated(changed, 600),
    problems: fc
      .tuple(severityOf('blocker', 300), severityOf('warning', 300), severityOf('note', 300))
      .map((groups) => groups.flat()),
    mtls: repeated(effect, 400),
    skipped: repeated(mention, 300),
    leftovers: repeated(mention, 300),
    address: longer,
    from: hostile(20),
  })
  .map(({ changes, address, ...parts }) => planOf(changes, { ...parts, cluster: { address, version: 'v1.20.2' } }));
