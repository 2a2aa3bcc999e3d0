export type { AbortSink, AbortSource } from './abort.ts';
export { Call, type CallOptions, type CallView } from './call.ts';
export { channel, listenerChannel, publishError, quietly, type Channel, type ListenerEvent } from './channel.ts';
export { systemClock, systemRandom, type Clock, type Random, type Timer } from './clock.ts';
export { endpoint, type Endpoint, type EndpointSource } from './endpoint.ts';
export {
  findError,
  isError,
  refuse,
  RejectedError,
  ResilienceError,
  type ErrorClass,
  type ResilienceErrorFacts,
} from './errors.ts';
export {
  circuitChannel,
  endpointChannel,
  endpointSourceChannel,
  type CircuitEvent,
  type EndpointEvent,
  type EndpointSourceEvent,
} from './events.ts';
export { compose, type Handler, type Layer, type Policy } from './handler.ts';
export { Key } from './key.ts';
export { PolicyObject } from './policy-object.ts';
export { plain, type Holder, type Protocol } from './protocol.ts';
export {
  FAILURE,
  IGNORABLE,
  LASTING_FAILURE,
  REFUSED,
  SUCCESS,
  verdictOf,
  verdictOfError,
  type Judge,
  type Verdict,
} from './verdict.ts';
export { begin, run, wrap } from './wrap.ts';
