/** What a platform may lack. The README of core has a table of the same. */
export type Fact =
  | 'events on `diagnostics_channel`'
  | 'maintenance lets the process end'
  | 'errors show the caller'
  | 'refusals have no stack';

const all: Readonly<Record<Fact, boolean>> = {
  'events on `diagnostics_channel`': true,
  'maintenance lets the process end': true,
  'errors show the caller': true,
  'refusals have no stack': true,
};

/** What inmesh can do in each runtime that its tests run in. What one finds to be otherwise fails. */
export const platforms: Readonly<Record<string, Readonly<Record<Fact, boolean>>>> = {
  'node-20': all,
  'node-22': all,
  'node-24': all,
  'node-26': all,
  bun: { ...all, 'errors show the caller': false },
  deno: all,
  workerd: all,
  'workerd-bare': {
    ...all,
    'events on `diagnostics_channel`': false,
    'maintenance lets the process end': false,
  },
  chromium: { ...all, 'events on `diagnostics_channel`': false, 'maintenance lets the process end': false },
};
