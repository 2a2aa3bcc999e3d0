import type { Fleet } from './fleet.ts';

/** Something that goes wrong for a while. */
export interface Fault {
  readonly label: string;
  /** Since the start, in ms. */
  readonly from: number;
  readonly to: number;
  begin(fleet: Fleet): void;
  end(fleet: Fleet): void | Promise<void>;
}

/** What goes wrong, one after the other; the times keep their proportions in a run of any length. */
export function faults(seconds: number): Fault[] {
  const at = (share: number) => Math.round(seconds * 1000 * share);
  return [
    {
      label: 'catalog-1 slow',
      from: at(0.05),
      to: at(0.2),
      begin: (fleet) => fleet.tell('catalog-1', { slowerByMs: 600 }),
      end: (fleet) => fleet.tell('catalog-1', { slowerByMs: 0 }),
    },
    {
      label: 'catalog-2 40 % 503',
      from: at(0.24),
      to: at(0.39),
      begin: (fleet) => fleet.tell('catalog-2', { errorRatio: 0.4 }),
      end: (fleet) => fleet.tell('catalog-2', { errorRatio: 0 }),
    },
    {
      label: 'catalog-3 killed',
      from: at(0.43),
      to: at(0.56),
      begin: (fleet) => fleet.kill('catalog-3'),
      end: (fleet) => fleet.restart('catalog-3'),
    },
    {
      label: 'billing-1 stopped',
      from: at(0.6),
      to: at(0.73),
      begin: (fleet) => fleet.stop('billing-1'),
      end: (fleet) => fleet.goOn('billing-1'),
    },
    { label: 'billing burst 429', ...burst(seconds), begin: () => {}, end: () => {} },
  ];
}

/** When more calls to billing come than it takes; not longer in a longer run. */
export function burst(seconds: number): { readonly from: number; readonly to: number } {
  const from = Math.round(seconds * 880);
  return { from, to: from + 600 };
}
