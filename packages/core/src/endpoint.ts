import { Key } from './key.ts';

/** One address of a service. */
export interface Endpoint {
  /** `scheme://host:port`, without a path. */
  readonly origin: string;
  /** What the Host header says (default: as in the caller's URL). */
  readonly host?: string;
  /** The TLS server name (default: as in the caller's URL). */
  readonly servername?: string;
  /** Its share of the traffic beside the others (default: 1). */
  readonly weight?: number;
  /** Whatever else is known about it: zone, version, shard. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Says which endpoints there are: snapshots, each whole. The last good one stays in force when the source fails. */
export type EndpointSource = AsyncIterable<readonly (Endpoint | string)[]>;

/** The endpoint a balancer chose for this sending: bound for everything inside, and noted for every sending. */
export const endpoint: Key<Endpoint | undefined> = new Key<Endpoint | undefined>('inmesh:endpoint', undefined);
