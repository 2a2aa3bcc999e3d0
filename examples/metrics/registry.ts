// Metrics of your own, served to Prometheus.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistry } from '@inmesh/metrics';

// #region registry
const registry = createRegistry();
const jobs = registry.counter({ name: 'jobs_total', help: 'Jobs done.', labelNames: ['queue', 'result'] });
const waiting = ['a', 'b', 'c'];
registry.gauge({ name: 'jobs_waiting', help: 'Jobs that wait.', collect: (gauge) => gauge.set(waiting.length) });
const seconds = registry.histogram({
  name: 'job_duration_seconds',
  help: 'How long jobs took.',
  labelNames: ['queue'],
  buckets: [0.1, 1, 10],
});

jobs.inc({ queue: 'mail', result: 'sent' });
const end = seconds.startTimer({ queue: 'mail' });
waiting.pop();
end();
// #endregion

// #region bound
const sent = jobs.labels({ queue: 'mail', result: 'sent' }); // or labels('mail', 'sent')
const mail = seconds.labels('mail');
for (let job = 0; job < 1_000; job++) {
  sent.inc();
  mail.observe(job / 100);
}
console.log(sent.value, mail.count, mail.quantile(0.99).toFixed(2));
// #endregion

// #region server
const server = createServer((_request, response) => {
  response.setHeader('content-type', registry.contentType).end(registry.metrics());
});
// #endregion

await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
console.log(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
server.close();
server.closeAllConnections();

// Output:
// 1001 1001 9.94
// # HELP jobs_total Jobs done.
// # TYPE jobs_total counter
// jobs_total{queue="mail",result="sent"} 1001
// # HELP jobs_waiting Jobs that wait.
// # TYPE jobs_waiting gauge
// jobs_waiting 2
// # HELP job_duration_seconds How long jobs took.
// # TYPE job_duration_seconds histogram
// job_duration_seconds_bucket{queue="mail",le="0.1"} 12
// job_duration_seconds_bucket{queue="mail",le="1"} 102
// job_duration_seconds_bucket{queue="mail",le="10"} 1001
// job_duration_seconds_bucket{queue="mail",le="+Inf"} 1001
// job_duration_seconds_sum{queue="mail"} 4995…
// job_duration_seconds_count{queue="mail"} 1001
