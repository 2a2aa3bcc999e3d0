// Runs every `check:*` script of package.json, all of them even if one fails. With a path it also writes the counts there.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const steps = Object.keys(scripts).filter((name) => name.startsWith('check:'));
const failed = steps.filter((step) => {
  console.log(`> ${scripts[step]}`);
  return spawnSync(`npm run -s ${step}`, { shell: true, stdio: 'inherit' }).status !== 0;
});

console.log(failed.length === 0 ? `${steps.length} checks passed` : `failed: ${failed.join(', ')}`);
const report = process.argv[2];
if (report !== undefined) {
  writeFileSync(report, JSON.stringify({ passed: steps.length - failed.length, failed: failed.length }));
}
process.exitCode = failed.length === 0 ? 0 : 1;
