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
      'test/interop/**',
      'test/packaging/tarballs.test.ts',
    ],
    execArgv: ['--expose-gc'],
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
});
