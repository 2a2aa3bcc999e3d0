/** What a package is. A package imports packages of the kinds named for its own, and never one of its own kind. */
export type Kind = 'core' | 'policy' | 'observer' | 'protocol' | 'adapter' | 'source' | 'surface';

export const mayImport: Record<Kind, readonly Kind[]> = {
  core: [],
  policy: ['core'],
  observer: ['core'],
  protocol: ['core'],
  adapter: ['core', 'protocol'],
  source: ['core'],
  surface: ['core', 'policy', 'observer', 'protocol', 'adapter', 'source'],
};

/** Kinds that stand on another system and so may depend on packages that are not ours. */
export const mayDependOnOthers: readonly Kind[] = ['adapter', 'source', 'surface'];

/** Kinds that run wherever JavaScript does, and so import nothing of Node. */
export const platformFree: readonly Kind[] = ['core', 'policy'];

/** Every package there is or is planned, by its folder. */
export const kindOf: Readonly<Record<string, Kind>> = {
  core: 'core',

  timeout: 'policy',
  retry: 'policy',
  'circuit-breaker': 'policy',
  'rate-limiter': 'policy',
  'load-balancer': 'policy',
  hedge: 'policy',
  'concurrency-limiter': 'policy',
  fallback: 'policy',
  coalesce: 'policy',
  traffic: 'policy',

  metrics: 'observer',
  tracing: 'observer',
  'access-log': 'observer',

  http: 'protocol',

  fetch: 'adapter',
  server: 'adapter',
  clients: 'adapter',

  discovery: 'source',
  'health-check': 'source',
  xds: 'source',

  hystrix: 'surface',
  gateway: 'surface',
  dashboard: 'surface',
  simulator: 'surface',
  inmesh: 'surface',
  'rate-limiter-redis': 'surface',
  opentelemetry: 'surface',
};
