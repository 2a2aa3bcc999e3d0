import type { Settings } from '../subject.ts';

export const WINDOW_MS = 10_000;
export const OPEN_FOR_MS = 1_000;

/** Opens when more than half of at least ten calls failed within 10 s, for 1 s. */
export const usual: Settings = { ratio: 0.5, minimumCalls: 10, windowMs: WINDOW_MS, openForMs: OPEN_FOR_MS };
