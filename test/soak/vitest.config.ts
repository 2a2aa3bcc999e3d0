import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const places = new Map(
  Object.entries({ 'fast-check': 'more-runs.ts', vitest: 'quick-expect.ts' }).map(([name, file]) => [
    name,
    join(import.meta.dirname, file),
  ]),
);

// Every property test of the packages, with as many runs of each property as FC_RUNS says instead of its own.
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  ssr: { resolve: { conditions: ['@inmesh/source'] } },
  plugins: [
    {
      name: 'more runs',
      enforce: 'pre',
      resolveId: (source, importer) => (importer !== places.get(source) ? places.get(source) : undefined),
    },
  ],
  test: {
    include: ['packages/*/src/**/*.test.ts'],
    testTimeout: 3_600_000,
  },
});
