// Begins the bundle in a page, and tells the server of the page what happened.
import { run } from './suites.mjs';

const ran = await run().catch((error) => ({ broken: String(error.stack) }));
await fetch('/ran', { method: 'POST', body: JSON.stringify(ran) });
