import { defineConfig } from 'vitest/config';

// Tests beside programs of others, which they install where they are missing. A daemon takes a while to start.
export default defineConfig({
  ssr: { resolve: { conditions: ['@inmesh/source'] } },
  test: {
    include: ['test/interop/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    hookTimeout: 300_000,
    testTimeout: 60_000,
  },
});
