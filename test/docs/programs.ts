import { files, read } from './markdown.ts';

const apart = /^examples\/(demo|clients)\//; // these have tests of their own

/** The examples that a test runs and compares with what they say they print. */
export const programs: readonly string[] = files.filter(
  (path) => /^examples\/.*\.ts$/.test(path) && !apart.test(path) && !isModule(read(path)),
);

export const isProgram = (path: string): boolean => programs.includes(path);

function isModule(source: string): boolean {
  return /^export /m.test(source);
}
