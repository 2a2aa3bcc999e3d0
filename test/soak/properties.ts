import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A test that holds code to a property. */
export interface PropertyTest {
  readonly file: string;
  /** What stands behind its `it`. */
  readonly name: string;
}

/** All there are in the packages. */
export function propertiesIn(root: string): readonly PropertyTest[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join('packages', name, 'src');
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => propertiesOf(join(folder, file), readFileSync(join(root, folder, file), 'utf8')));
  });
}

/** Those of a file. Throws if it has one that is in no test, or in one whose name is not written there. */
export function propertiesOf(file: string, source: string): readonly PropertyTest[] {
  const [before, ...tests] = source.split(/^ +it(?:\.each\(.*\))?\(/m);
  const asserting = [before ?? '', ...tests].filter((text) => text.includes('fc.assert('));
  return asserting.map((test) => {
    const name = /^\s*(['"`])(.*?)\1,/.exec(test)?.[2];
    if (name === undefined || test === before) throw new Error(`${file} has a property in no test that has a name`);
    return { file, name };
  });
}
