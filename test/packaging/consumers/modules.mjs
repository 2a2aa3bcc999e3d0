// All packages as ES modules, as they are found from here.
export * as breaker from '@inmesh/circuit-breaker';
export * as core from '@inmesh/core';
export * as endpoints from '@inmesh/core/endpoints';
export * as keys from '@inmesh/core/keyed';
export * as observers from '@inmesh/core/observed';
export * as protocols from '@inmesh/core/protocols';
export * as testing from '@inmesh/core/testing';
export * as fetch from '@inmesh/fetch';
export * as http from '@inmesh/http';
export * as balancer from '@inmesh/load-balancer';
export * as metrics from '@inmesh/metrics';
export * as limiter from '@inmesh/rate-limiter';
export * as retry from '@inmesh/retry';
export * as timeout from '@inmesh/timeout';
