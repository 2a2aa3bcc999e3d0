import { defineConfig } from 'vitest/config';

// Tests that take their time: beside programs of others, which they install where they are missing and whose daemons take a
// while to start, and of the packages as they are published.
export default defineConfig({
  ssr: { resolve: { conditions: ['@inmesh/source'] } },
  test: {
    include: ['test/interop/**/*.test.ts', 'test/packaging/tarballs.test.ts'],
    exclude: ['**/node_modules/**'],
    hookTimeout: 300_000,
    testTimeout: 60_000,
  },
});
