export type { Algorithm, Candidate, Learner, Picker } from './algorithm.ts';
export { NoEndpointError } from './error.ts';
export type { HealthState } from './health.ts';
export { leastLoaded } from './least-loaded.ts';
export {
  loadBalancer,
  type EndpointState,
  type LoadBalancer,
  type LoadBalancerOptions,
} from './load-balancer.ts';
export { peakEwma, type PeakEwmaOptions } from './peak-ewma.ts';
export { roundRobin } from './round-robin.ts';
export { uniform } from './uniform.ts';
