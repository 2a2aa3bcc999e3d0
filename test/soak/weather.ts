/** What the other side does with a sending on the virtual clock. */
type Behaviour = 'well' | 'fails' | 'refuses' | 'pushes back' | 'throws' | 'hangs' | 'late';

/** How things stand for a while. */
export interface Weather {
  readonly name: string;
  /** How often the other side does what. */
  readonly behaviours: Readonly<Record<Behaviour, number>>;
  /** Calls begun per millisecond. */
  readonly perMs: number;
  /** The longest a prompt answer takes, in ms. */
  readonly slowestMs: number;
  /** How likely the event loop is blocked in a millisecond. */
  readonly blocks: number;
}

const calm: Weather = {
  name: 'calm',
  behaviours: { well: 960, fails: 20, refuses: 5, 'pushes back': 3, throws: 2, hangs: 5, late: 5 },
  perMs: 20,
  slowestMs: 20,
  blocks: 0,
};

/** Each lasts a while; which comes next is drawn. */
export const weathers: readonly Weather[] = [
  calm,
  { ...calm, name: 'faults', behaviours: { ...calm.behaviours, fails: 150, refuses: 60, hangs: 30, late: 30 } },
  { ...calm, name: 'outage', behaviours: { ...calm.behaviours, well: 20, fails: 700, throws: 100 } },
  { ...calm, name: 'standstill', behaviours: { ...calm.behaviours, well: 100, hangs: 600, late: 200 }, perMs: 5 },
  { ...calm, name: 'rush', perMs: 50 },
  { ...calm, name: 'slow', slowestMs: 120, perMs: 10 },
  { ...calm, name: 'blocked loop', blocks: 0.02 },
];
