/** The services of the demo, and what both ways agree on. */
export const services = {
  catalog: { backends: 3, share: 0.6 },
  billing: { backends: 2, share: 0.4 },
} as const;

export type Service = keyof typeof services;

export const serviceNames = Object.keys(services) as Service[]; // the keys of the object above

/** Where the backends of each service listen. */
export type Origins = Readonly<Record<Service, readonly string[]>>;

/** A call that has no right answer after this time has failed, in ms. */
export const totalTimeoutMs = 2_000;
