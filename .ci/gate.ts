// Runs a gate of ours: `gate.ts size`. Prints what it finds, and fails if that is anything. With `--update` the gate first
// writes down what it compares with.
import { api } from './gates/api.ts';
import { changesets } from './gates/changesets.ts';
import { contents } from './gates/contents.ts';
import { eachTarball } from './gates/each-tarball.ts';
import { size } from './gates/size.ts';
import { release, root } from './release.ts';

const [name = '', option] = process.argv.slice(2);
const update = option === '--update';

const gates: Readonly<Record<string, () => Promise<string[]>>> = {
  api: async () => api(root, (await release()).installed, update),
  attw: async () => eachTarball('attw', ['--profile', 'node16'], (await release()).tarballs),
  changesets: () => changesets(root, update),
  contents: async () => contents(root, (await release()).installed),
  publint: async () => eachTarball('publint', ['--strict'], (await release()).tarballs),
  size: async () => size(root, await release(), update),
};

const gate = gates[name];
if (gate === undefined) throw new RangeError(`no gate ${name}, there are ${Object.keys(gates).join(', ')}`);
const problems = await gate();
for (const problem of problems) console.error(problem);
console.log(`${name}: ${problems.length === 0 ? 'nothing wrong' : `${problems.length} wrong`}`);
process.exitCode = problems.length === 0 ? 0 : 1;
