// One cell of the matrix: runs the checks of one client in the runtime that runs this, and prints what each found as JSON.
import { named, told, within } from './bench.mjs';
import { checks } from './checks.mjs';
import { clientOf } from './clients.mjs';
import { dispatcherChecks, refusal } from './dispatchers.mjs';

const { client: name, agents: generation, addresses, load: loader, key: keyOfCell } = JSON.parse(process.argv[2]);
const { load } = await import(loader);
const client = await clientOf(name, load);
const findings = {};

async function finding(check, stand, describe = told) {
  try {
    return await within(20_000, check(stand), 'it never ends');
  } catch (error) {
    return describe(error);
  }
}

if (generation !== undefined) {
  const agents = await load(generation);
  for (const [kind, check] of Object.entries(dispatcherChecks))
    findings[kind] = await finding(check, { client, agents, addresses, key: keyOfCell }, refusal);
} else {
  // Some can only ask for a certificate of the endpoint's own name, so their other checks are given such endpoints.
  const at = (origins) => ('Deno' in globalThis || name === 'forgetful' ? origins.map(named) : origins);
  const http2 = at(addresses.http2);
  for (const [subject, check] of Object.entries(checks))
    for (const scheme of ['http', 'https']) {
      const key = `${keyOfCell}-${subject}-${scheme}`;
      const endpoints = scheme === 'https' ? at(addresses.https) : addresses.http;
      findings[`${subject} ${scheme}`] = await finding(check, { client, endpoints, http2, scheme, addresses, key });
    }
}
console.log(JSON.stringify(findings));
process.exit();
