/** The files whose mutants have to die, by package: the state machines, what carries a call, and the glue around them. */
export const subjects: Readonly<Record<string, readonly string[]>> = {
  core: [
    'abort',
    'backoff',
    'call',
    'deadlines/call-deadline',
    'deadlines/deadlines',
    'errors',
    'keyed',
    'observed',
    'protocol',
    'protocols',
    'verdict',
    'window',
    'wrap',
  ],
  'circuit-breaker': [
    'breaker',
    'circuit',
    'circuit-breaker',
    'detector',
    'permit',
    'referee',
    'sequential-test',
    'sequential-test/cusum',
    'sequential-test/limits',
    'sequential-test/mean-gap',
    'sequential-test/run-lengths',
    'sequential-test/saved',
    'sequential-test/scores',
  ],
  'rate-limiter': ['bucket', 'queue', 'token-bucket', 'tokens', 'waiting'],
  retry: ['retry', 'schedule', 'sleep'],
};

/** Their paths. */
export const files: readonly string[] = Object.entries(subjects).flatMap(([name, paths]) =>
  paths.map((path) => `packages/${name}/src/${path}.ts`),
);
