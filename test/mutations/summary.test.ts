import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { render } from './render.ts';
import { fileResult, type Mutant, readResults, score } from './results.ts';
import { files as subjects } from './subjects.ts';

const results = readResults();
const files = Object.entries(results.files);

describe('the summary of the mutation tests', () => {
  it('is what its results say, and nobody wrote in it', () => {
    expect(readFileSync(`${import.meta.dirname}/README.md`, 'utf8')).toBe(render(results));
  });

  it('has results of the subjects alone', () => {
    expect(subjects).toEqual(expect.arrayContaining(files.map(([file]) => file)));
  });

  it.each(files)('says that at least 85 of 100 mutants of %s died', (_file, result) => {
    expect(score(result)).toBeGreaterThanOrEqual(0.85);
  });
});

describe('fileResult', () => {
  it('counts what became of the mutants, and shows the lines of those that survived', () => {
    const source = 'const a = 1;\nif (a > 0) {\n  go();\n}\n';
    const location = { start: { line: 2, column: 5 }, end: { line: 2, column: 10 } };
    const mutant = (status: Mutant['status'], more: Partial<Mutant> = {}): Mutant => ({
      id: '1',
      fileName: 'a.ts',
      mutatorName: 'any',
      status,
      location,
      replacement: 'a >= 0',
      ...more,
    });
    const block = { start: { line: 2, column: 12 }, end: { line: 4, column: 2 } };
    const result = fileResult(
      source,
      [
        mutant('Killed'),
        mutant('Killed'),
        mutant('Timeout'),
        mutant('Ignored'),
        mutant('Survived'),
        mutant('NoCoverage', { location: block, replacement: '{}' }),
      ],
      '2026-01-02',
    );

    expect(result).toEqual({
      on: '2026-01-02',
      killed: 2,
      timedOut: 1,
      survivors: [
        { before: 'if (a > 0) {', after: 'if (a >= 0) {' },
        { before: 'if (a > 0) {', after: 'if (a > 0) {}' },
      ],
    });
    expect(score(result)).toBe(0.6);
  });
});
