import { basename, dirname } from 'node:path';

/** `test/bench`, whether this runs from there or from what is compiled into its `dist`. */
export const benchFolder: string =
  basename(import.meta.dirname) === 'dist' ? dirname(import.meta.dirname) : import.meta.dirname;

const packages = [
  'circuit-breaker',
  'core',
  'fetch',
  'load-balancer',
  'metrics',
  'rate-limiter',
  'retry',
  'timeout',
] as const;

/** Throws unless what is measured is what users get: what was built, in plain Node. */
export function assertBuilt(): void {
  const words = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(' ')];
  const foreign = words.filter((word) => /^(-C|--conditions|--import|--require|-r|--loader)/.test(word));
  if (foreign.length > 0) throw new Error(`not a plain Node: ${foreign.join(' ')}`);
  for (const name of packages) {
    const file = import.meta.resolve(`@inmesh/${name}`);
    if (!file.endsWith(`/packages/${name}/dist/index.js`))
      throw new Error(`@inmesh/${name} is not the built one: ${file}`);
  }
}
