// All packages as CommonJS, as they are found from here.
module.exports = {
  breaker: require('@inmesh/circuit-breaker'),
  core: require('@inmesh/core'),
  endpoints: require('@inmesh/core/endpoints'),
  keys: require('@inmesh/core/keyed'),
  observers: require('@inmesh/core/observed'),
  protocols: require('@inmesh/core/protocols'),
  testing: require('@inmesh/core/testing'),
  fetch: require('@inmesh/fetch'),
  http: require('@inmesh/http'),
  balancer: require('@inmesh/load-balancer'),
  metrics: require('@inmesh/metrics'),
  limiter: require('@inmesh/rate-limiter'),
  retry: require('@inmesh/retry'),
  timeout: require('@inmesh/timeout'),
};
