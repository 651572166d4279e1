import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { type Repair, repairTemplate } from './repair-template.ts';

const TEMPLATE = /\.(?:ya?ml|tpl|txt)$/;

/**
 * Copies a chart and repairs the copy's templates.
 * @returns a note for each line that was changed, by the template's path in the chart
 */
export async function copyChart(chart: string, copy: string): Promise<readonly Problem[]> {
  // What a link leads to is copied: nothing is written through it.
  await cp(chart, copy, { recursive: true, dereference: true });
  const notes: Problem[] = [];
  for (const file of await templatesIn(copy)) {
    const { text, repairs } = repairTemplate(await readFile(file, 'utf8'));
    if (repairs.length === 0) continue;
    await writeFile(file, text);
    notes.push(...notesOf(repairs, relative(dirname(copy), file).split(sep).join('/')));
  }
  return notes;
}

async function templatesIn(chart: string): Promise<readonly string[]> {
  const entries = await readdir(chart, { recursive: true, withFileTypes: true });
  const isTemplate = (folder: string) => relative(chart, folder).split(sep).includes('templates');
  return entries
    .filter((entry) => entry.isFile() && TEMPLATE.test(entry.name) && isTemplate(entry.parentPath))
    .map((entry) => join(entry.parentPath, basename(entry.name)))
    .sort();
}

/** The same line in several places is one note. */
function notesOf(repairs: readonly Repair[], file: string): readonly Problem[] {
  const byText = Map.groupBy(repairs, ({ from, to }) => `${from} was rendered as ${to}`);
  return [...byText].map(([what, where]) => ({
    id: 'template-repaired',
    severity: 'note',
    message: `${file}, line ${where.map(({ line }) => line).join(', ')}: ${what}, as by the Helm it was written for; today's refuses it`,
  }));
}
