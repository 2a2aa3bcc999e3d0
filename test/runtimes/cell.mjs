// One cell of the matrix: runs the checks of one client in the runtime that runs this, and prints what each found as JSON.
import { told, within } from './bench.mjs';
import { checks } from './checks.mjs';
import { clientOf } from './clients.mjs';
import { dispatcherChecks, refusal } from './dispatchers.mjs';

const { client: name, agents: generation, addresses, load: loader, key } = JSON.parse(process.argv[2]);
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
    findings[kind] = await finding(check, { client, agents, addresses, key }, refusal);
} else {
  for (const [subject, check] of Object.entries(checks))
    for (const scheme of ['http', 'https']) {
      const stand = { client, endpoints: addresses[scheme], scheme, addresses, key: `${key}-${subject}-${scheme}` };
      findings[`${subject} ${scheme}`] = await finding(check, stand);
    }
}
console.log(JSON.stringify(findings));
process.exit();
