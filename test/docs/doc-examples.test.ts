import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesIn, mistakesIn } from './doc-examples.ts';
import { readRepository } from './repository.ts';

const root = join(import.meta.dirname, '../..');
const repository = readRepository(root, ['test/architecture/fixtures', 'test/docs/fixtures']);

const wrong = [
  { place: 'a value', code: "const policy = retry({ backoff: 'none' });" },
  { place: 'a name', code: 'await run(retry(), ({ sginal }) => fetch(url, { signal: sginal }));' },
  { place: 'the syntax', code: 'const policy = compose(retry();' },
];

describe('an example in a doc comment', () => {
  const examples = examplesIn(repository);
  const mistakes = mistakesIn([...examples, ...wrong], repository, root); // all at once: the compiler reads everything first
  const isWrong = (mistake: string) => wrong.some(({ place }) => mistake.startsWith(place));

  it('compiles', () => {
    expect(examples).not.toEqual([]);
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
