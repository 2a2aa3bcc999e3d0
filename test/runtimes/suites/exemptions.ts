/** Tests that fail in some runtimes, because they use or test what is not there. */
export interface Exemption {
  readonly in: readonly string[];
  /** Matches the tests' file and name. */
  readonly tests: RegExp;
  /** Matches how each of them fails there. One that passes, or fails otherwise, is a failure. */
  readonly fails: RegExp;
  readonly why: string;
}

export const exemptions: readonly Exemption[] = [
  {
    in: ['workerd-bare', 'chromium'],
    tests: /async(hronous)? context/,
    fails: /AsyncLocalStorage is not a constructor/,
    why: 'there is no AsyncLocalStorage whose context a call could lose',
  },
  {
    in: ['workerd-bare', 'chromium'],
    tests: /^core\/channel\.test\.ts > channel > is mirrored/,
    fails: /subscribe is not a function/,
    why: 'there is no diagnostics_channel',
  },
  {
    in: ['workerd-bare', 'chromium'],
    tests: /^core\/abort\.volume\.test\.ts > /,
    fails: /process is not defined/,
    why: 'the test asks the process for the size of its heap',
  },
  {
    in: ['deno', 'workerd', 'workerd-bare', 'chromium'],
    tests: /keeps its process alive while it waits/,
    fails: /Command failed|promisify|"original" argument|not implemented/,
    why: "the test starts a program with Node's options",
  },
  {
    in: ['bun'],
    tests: /in the stack of an error/,
    fails: /to match .*theCaller|to contain 'theCaller'/,
    why: "JavaScriptCore's stacks end where a promise is waited for",
  },
  {
    in: ['bun'],
    tests:
      /^core\/wrap\.test\.ts > compose > refuses a policy that gives no|^core\/errors\.test\.ts > .* carries no stack/,
    fails: /policy forgetful must|'nextCaller'/,
    why: 'Bun puts what is used once in its place, where it has no name',
  },
  {
    in: ['bun'],
    tests: /^core\/deadlines\/call-deadline\.test\.ts > .* where asked: false/,
    fails: /expected '' to be 'Error: too late'/,
    why: 'where no frame may be recorded, JavaScriptCore leaves out the message too',
  },
];
