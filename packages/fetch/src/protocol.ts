import type { Clock, Protocol } from '@inmesh/core';
import { httpProtocol } from '@inmesh/http';

import { discard } from './discard.ts';
import type { Patience } from './ending.ts';
import { Asked } from './fetch-input.ts';
import { hold, verdictOfError } from './outcome.ts';

/** What fetch knows about its requests and responses. */
export function fetchProtocol(clock: Clock, patience: Patience): Protocol {
  return httpProtocol({
    clock,
    requestOf: ({ input }) => (input instanceof Asked ? input : undefined),
    rewindable: ({ input }) => input instanceof Asked && input.replayable,
    ofError: verdictOfError,
    hold: (result, holder) => {
      hold(result, holder, patience);
    },
    discard: (result, call) => {
      discard(result, call, clock);
    },
  });
}
