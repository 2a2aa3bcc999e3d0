import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesIn, mistakesIn } from './doc-examples.ts';
import { pages, read } from './markdown.ts';
import { readRepository } from './repository.ts';
import { codeInTables } from './table-code.ts';

const root = join(import.meta.dirname, '../..');
const repository = readRepository(root, ['test/architecture/fixtures', 'test/docs/fixtures']);

const wrong = [
  { place: 'a value', code: "const policy = retry({ backoff: 'none' });" },
  { place: 'a name', code: 'await run(retry(), ({ sginal }) => fetch(url, { signal: sginal }));' },
  { place: 'the syntax', code: 'const policy = compose(retry();' },
];

describe('an example in a doc comment', () => {
  const examples = examplesIn(repository);
  const guides = pages.filter((page) => page.startsWith('docs/migrating/'));
  const inTables = guides.flatMap((page) => codeInTables(page, read(page)));
  const all = [...examples, ...inTables, ...wrong]; // at once: the compiler reads everything first
  const mistakes = mistakesIn(all, repository, root);
  const isWrong = (mistake: string) => wrong.some(({ place }) => mistake.startsWith(place));

  it('compiles, and so does what tables tell those to write who come from elsewhere', () => {
    expect(examples).not.toEqual([]);
    expect(inTables.length).toBeGreaterThan(50);
    expect(mistakes.filter((mistake) => !isWrong(mistake))).toEqual([]);
  });

  it('is found wrong', () => {
    expect(mistakes.filter(isWrong)).toEqual([
      "a value: Type 'string' is not assignable to type 'Backoff'.",
      "a name: Property 'sginal' does not exist on type 'CallView'.",
      "the syntax: ')' expected.",
    ]);
  });
});

describe('codeInTables', () => {
  it('reads calls and options of a breaker, and passes over the other side, names and what is left open', () => {
    const code = (cell: string) => codeInTables('page.md', `| a | b |\n|---|---|\n| \`theirs(1)\` | ${cell} |\n`);
    expect(
      code("`retry()` or `retry({ attempts: 3 })`, `mode: 'disabled'`, `wrap(policy, …)`").map((each) => each.code),
    ).toEqual(['retry({ attempts: 3 });', "circuitBreaker({ mode: 'disabled' });"]);
    expect(code('`breaker.close()`')).toEqual([
      { place: 'page.md', code: 'const breaker = circuitBreaker(); void (breaker.close());' },
    ]);
  });
});
