// Every call counted and timed, as Prometheus reads it.
// #region first
import { run } from '@inmesh/core';
import { createRegistry, measured } from '@inmesh/metrics';

const registry = createRegistry();
const policy = measured(registry);

await run(policy, async () => 'user 7', { name: 'getUser' });

console.log(registry.metrics().match(/^http_client_active_requests.*$/m)?.[0]);
policy.close();
// #endregion

// Output:
// http_client_active_requests{operation="getUser"} 0
