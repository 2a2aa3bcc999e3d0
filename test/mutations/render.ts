import { harmless } from './harmless.ts';
import { type FileResult, type Results, score, type Survivor } from './results.ts';
import { files as subjects } from './subjects.ts';

/** The page of the results. It is written by `main.ts` alone. */
export function render({ versions, files }: Results): string {
  const entries = Object.entries(files);
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const withSurvivors = entries.filter(([, { survivors }]) => survivors.length > 0);
  return [
    '# Mutation tests',
    '',
    'Stryker changes one expression of a source file at a time, and runs the tests of its package. A change that makes no',
    'test fail has survived: either nothing checks what that line is for, or the change is harmless. The page is written by',
    '`npm run test:mutations`, which takes about an hour of two processors; `npm run test:mutations -- packages/retry`, or',
    'the path of a file, runs a part. The files are chosen in [subjects.ts](subjects.ts).',
    '',
    `Run with ${used.join(', ')}.`,
    '',
    '| file | mutants | killed | timed out | survived | of these harmless | score | run |',
    '|---|---:|---:|---:|---:|---:|---:|---|',
    ...subjects.map((file) => row(file, files[file])),
    row('all', total(entries), false),
    '',
    'The score is the share that did not survive; what is harmless counts as survived.',
    '',
    '## Survivors',
    '',
    'What a line became, and why it is harmless where that is known ([harmless.ts](harmless.ts)).',
    '',
    ...withSurvivors.flatMap(([file, { survivors }]) => [`### ${file}`, '', ...shown(file, survivors), '']),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function row(file: string, result: FileResult | undefined, dated = true): string {
  if (result === undefined) return `| ${file} |  |  |  |  |  |  | not yet |`;
  const { killed, timedOut, survivors, on } = result;
  const known = dated ? survivors.filter(({ after }) => harmless[file]?.[after] !== undefined).length : '';
  const mutants = killed + timedOut + survivors.length;
  const percent = `${(100 * score(result)).toFixed(1)} %`;
  return `| ${[file, mutants, killed, timedOut, survivors.length, known, percent, dated ? on : ''].join(' | ')} |`;
}

function total(entries: readonly (readonly [string, FileResult])[]): FileResult {
  const sum = (count: (result: FileResult) => number) => entries.reduce((n, [, result]) => n + count(result), 0);
  return {
    on: '',
    killed: sum(({ killed }) => killed),
    timedOut: sum(({ timedOut }) => timedOut),
    survivors: entries.flatMap(([, { survivors }]) => survivors),
  };
}

function shown(file: string, survivors: readonly Survivor[]): string[] {
  return survivors
    .flatMap(({ before, after }) => {
      const reason = harmless[file]?.[after] ?? 'Not judged.';
      return ['```diff', `- ${before}`, `+ ${after}`, '```', '', reason, ''];
    })
    .slice(0, -1);
}
