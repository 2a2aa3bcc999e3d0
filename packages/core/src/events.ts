import { channel, type Channel } from './channel.ts';
import type { Endpoint } from './endpoint.ts';

/** A circuit changed its state. */
export interface CircuitEvent {
  /** The breaker's `name`. */
  readonly circuit: string;
  /** The state it left: `closed`, `open` or `half-open`. */
  readonly from: string;
  /** The state it is in now. */
  readonly to: string;
  /** What made it change, in words. */
  readonly reason: string;
  /** On the breaker's clock, in ms. */
  readonly at: number;
}

/** `inmesh:circuit`: circuits that open, half open and close. */
export const circuitChannel: Channel<CircuitEvent> = channel('inmesh:circuit');

/** An endpoint came, went, was ejected or came back. */
export interface EndpointEvent {
  /** The balancer's `name`. */
  readonly balancer: string;
  /** As the list or source gave it. */
  readonly endpoint: Endpoint;
  /** What became of it. */
  readonly change: 'added' | 'removed' | 'ejected' | 'returned';
  /** What made it change, in words. */
  readonly reason: string;
  /** For how long an ejected one gets no calls, in ms. */
  readonly ejectedForMs?: number;
  /** On the balancer's clock, in ms. */
  readonly at: number;
}

/** `inmesh:endpoint`: endpoints that come, go, are ejected and return. */
export const endpointChannel: Channel<EndpointEvent> = channel('inmesh:endpoint');

/** A source of endpoints failed; what it said last stays in force. */
export interface EndpointSourceEvent {
  /** The balancer's `name`. */
  readonly balancer: string;
  /** What it threw, or what was wrong with its list. */
  readonly error: unknown;
}

/** `inmesh:endpoint-source`: sources of endpoints that failed. */
export const endpointSourceChannel: Channel<EndpointSourceEvent> = channel('inmesh:endpoint-source');
