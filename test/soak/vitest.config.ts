import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const fastCheck = join(import.meta.dirname, 'more-runs.ts');

// Every property test of the packages, with as many runs of each property as FC_RUNS says instead of its own.
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  ssr: { resolve: { conditions: ['@inmesh/source'] } },
  plugins: [
    {
      name: 'more runs',
      enforce: 'pre',
      resolveId: (source, importer) => (source === 'fast-check' && importer !== fastCheck ? fastCheck : undefined),
    },
  ],
  test: {
    include: ['packages/*/src/**/*.test.ts'],
    testTimeout: 3_600_000,
  },
});
