// What the metrics of a call tell when it was retried, refused and given up.
import { circuitBreaker, consecutiveFailures } from '@inmesh/circuit-breaker';
import { compose, wrap } from '@inmesh/core';
import { createRegistry, measured } from '@inmesh/metrics';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const registry = createRegistry();

// #region compose
const metrics = measured(registry, { prefix: 'db_client' });
const breaker = circuitBreaker({ name: 'users', trip: consecutiveFailures(3) });
const policy = compose(metrics, timeout(2_000), retry({ attempts: 2 }), breaker);
// #endregion

const getUser = wrap(
  policy,
  async (): Promise<string> => {
    throw new Error('no answer');
  },
  { name: 'getUser' },
);
for (let call = 0; call < 3; call++) await getUser().catch((error: Error) => console.log(error.message));

const shown = /^(upstream_rq_ended_total|circuit_breaker_state|db_client_request_duration_seconds_count)/;
for (const line of registry.metrics().split('\n')) if (shown.test(line)) console.log(line);

// #region close
metrics.close();
// #endregion

// Output:
// no answer
// users lets no call through; one may probe in … ms
// users lets no call through; one may probe in … ms
// db_client_request_duration_seconds_count{operation="getUser",http_request_method="",http_response_status_code="",server_address="",server_port="",error_type="Error"} 1
// db_client_request_duration_seconds_count{operation="getUser",http_request_method="",http_response_status_code="",server_address="",server_port="",error_type="ERR_CIRCUIT_OPEN"} 2
// upstream_rq_ended_total{operation="getUser",policy="users",reason="ERR_CIRCUIT_OPEN"} 2
// circuit_breaker_state{circuit="users",state="closed"} 0
// circuit_breaker_state{circuit="users",state="open"} 1
// circuit_breaker_state{circuit="users",state="half-open"} 0
