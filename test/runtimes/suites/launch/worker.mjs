// Begins the bundle in workerd, as its only test; the last line that it prints is what happened.
import { run } from 'suites.mjs';

export default {
  async test() {
    console.log(JSON.stringify(await run()));
  },
};
