import { spawnSync } from 'node:child_process';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** Installs Debian's package of a program that is missing. Throws what apt-get said if it is missing still. */
export function needProgram(program: string, debianPackage: string): void {
  if (isThere(program)) return;
  const said = [['update'], ['install', '--yes', '--no-install-recommends', debianPackage]].map((words) => {
    const { error, stdout, stderr } = spawnSync('apt-get', words, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    return `$ apt-get ${words.join(' ')}\n${error?.message ?? `${stdout}${stderr}`}`;
  });
  if (!isThere(program))
    throw new Error(
      `${program} is missing, and Debian's package ${debianPackage} did not bring it:\n${said.join('\n')}`,
    );
}
