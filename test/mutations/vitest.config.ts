import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = join(import.meta.dirname, '../..');

// Stryker runs the tests in a copy of the repository whose `node_modules` are links, so names of our packages would lead
// out of the copy, to what is not mutated.
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^@inmesh\/([a-z-]+)$/, replacement: join(root, 'packages/$1/src/index.ts') },
      { find: /^@inmesh\/([a-z-]+)\/([a-z-]+)$/, replacement: join(root, 'packages/$1/src/$2.ts') },
    ],
  },
  test: {
    include: ['src/**/*.test.ts'], // in the folder of the package whose mutants are tried
    exclude: ['src/**/*.volume.test.ts'], // a million calls, to count what they leave behind: seconds for each mutant
    isolate: false,
    setupFiles: [join(import.meta.dirname, 'fresh.ts')],
    testTimeout: 30_000, // as ever: a busy machine kills no mutant
  },
});
