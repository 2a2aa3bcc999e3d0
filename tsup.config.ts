import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

type Exports = Record<string, string | { '@inmesh/source': string }>;

// tsup runs in the folder of the package that re-exports this file.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Exports };

export default defineConfig({
  entry: Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry['@inmesh/source']])),
  format: ['esm', 'cjs'],
  tsconfig: '../../tsconfig.base.json',
  dts: true,
  clean: true,
  sourcemap: true,
  splitting: false,
  silent: true,
  external: [/^@inmesh\//],
});
