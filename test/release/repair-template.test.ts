import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { repairTemplate } from '../../src/release/repair-template.ts';

/** What the old engine made of each. */
const REPAIRED = {
  '{{- if ($spec.sds) and (eq $spec.sds.enabled true) }}': '{{- if ($spec.sds) }}',
  '{{if (.a) or .b}}': '{{if (.a)}}',
  '{{- else if (eq .a 1) (eq .b 2) -}}': '{{- else if (eq .a 1) -}}',
  '{{ with (index .Values "a)b") "c" | quote }}': '{{ with (index .Values "a)b") | quote }}',
  '{{ range $k, $v := (.a) .b }}': '{{ range $k, $v := (.a) }}',
  '{{ .a | default (.b) | (print .c) .d }}': '{{ .a | default (.b) | (print .c) }}',
  '{{ include "x" ((dict "a" 1) "b") }}': '{{ include "x" ((dict "a" 1)) }}',
  '{{ ((.a) .b) .c }}': '{{ ((.a)) }}',
  '{{ (.a) "}}" `)` }}': '{{ (.a) }}',
  '{{ template "t" (.a) .b }}': '{{ template "t" (.a) }}',
  '{{ if (.a)\n   and (.b)\n}}': '{{ if (.a)\n}}',
};

const SOUND = [
  '{{ if and (.a) (eq .b 1) }}',
  '{{ if (eq .a 1) }}',
  '{{- if not (.a) -}}',
  '{{ (index .Values "a").b }}',
  '{{ (index .Values "a").method .b }}',
  '{{ default (.a) .b }}',
  '{{ print "(.a) and (.b)" }}',
  '{{/* if (.a) and (.b) */}}',
  '{{- /* {{ if (.a) and (.b) }} */ -}}',
  "{{/* don't */}} (.a) and (.b) {{/* won't */}}",
  'if (.a) and (.b)',
  '[[ if (.a) and (.b) ]]',
  '{{ if (.a) }}{{ end }}({{ .b }}) and (c)',
  '{{ $x := (.a) }}',
  '{{ if (.a | default "b") }}',
  '{{ unclosed (',
];

describe('a template for an older Helm', () => {
  it('loses the arguments of parentheses, which that Helm never looked at', () => {
    for (const [from, to] of Object.entries(REPAIRED)) {
      const whole = repairTemplate(`first\n  ${from}x\n`);
      assert.equal(whole.text, `first\n  ${to}x\n`, from);
      assert.deepEqual(whole.repairs, [{ line: 2, from, to }]);
      assert.deepEqual(repairTemplate(whole.text).repairs, [], 'once is enough');
    }
  });

  it('stays as it is otherwise', () => {
    for (const text of SOUND) assert.deepEqual(repairTemplate(text), { text, repairs: [] }, text);
  });

  it('is read in no time, however broken it is', () => {
    const text = `{{ ${`"a" 'b' `.repeat(10_000)}`;
    const began = process.hrtime.bigint();
    assert.equal(repairTemplate(text).text, text);
    assert.ok(process.hrtime.bigint() - began < 1_000_000_000n);
  });

  it('is repaired wherever it needs to be', () => {
    const { text, repairs } = repairTemplate('{{ if (.a) .b }}\n{{ .c }}\n{{ with (.d) .e }}');
    assert.equal(text, '{{ if (.a) }}\n{{ .c }}\n{{ with (.d) }}');
    assert.deepEqual(
      repairs.map(({ line }) => line),
      [1, 3],
    );
  });
});
