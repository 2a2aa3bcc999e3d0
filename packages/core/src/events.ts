import { channel, type Channel } from './channel.ts';
import type { Endpoint } from './endpoint.ts';

/** A circuit changed its state or its mode. */
export interface CircuitEvent {
  /** The breaker's `name`. */
  readonly circuit: string;
  /** The breaker itself, of which several may have one name. Who keeps it should do so weakly. */
  readonly subject: {
    /** Its state at the moment of asking. */
    readonly state: string;
  };
  /** The mode it is in now: `automatic`, `observing`, `forced-open`, `forced-closed` or `disabled`. */
  readonly mode: string;
  /** The state it left: `closed`, `open` or `half-open`. The one it is in if only the mode changed. */
  readonly from: string;
  /** The state it is in now. */
  readonly to: string;
  /** What made it change, in words. */
  readonly reason: string;
  /** On the breaker's clock, in ms. */
  readonly at: number;
}

/** `inmesh:circuit`: circuits that open, half open and close, or are switched to another mode. */
export const circuitChannel: Channel<CircuitEvent> = channel('inmesh:circuit');

/** An endpoint came, went, was ejected or came back. */
export interface EndpointEvent {
  /** The balancer's `name`. */
  readonly balancer: string;
  /** The balancer itself, of which several may have one name. Who keeps it should do so weakly. */
  readonly subject: {
    /** Its endpoints at the moment of asking, and the state of each: an `ejected` one gets no calls. */
    readonly endpoints: readonly { readonly endpoint: Endpoint; readonly state: string }[];
    /** So many are ejected that ejection is ignored. */
    readonly panic: boolean;
  };
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
