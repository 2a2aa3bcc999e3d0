import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run from source. `resolve.conditions` alone would quietly test a stale dist.
  ssr: { resolve: { conditions: ['@inmesh/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      'test/architecture/fixtures/**',
      'test/gates/fixtures/**',
      'test/interop/**',
      'test/packaging/tarballs.test.ts',
    ],
    execArgv: ['--expose-gc'],
    testTimeout: 30_000, // the longest take four seconds, and many times that where others compete for the processor
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
});
