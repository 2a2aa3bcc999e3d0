import { circuitChannel, endpointChannel } from '@inmesh/core';

/** Something the mesh saw. */
export interface MeshEvent {
  /** Since the watch began, in ms. */
  readonly at: number;
  /** The origin of the endpoint that it is about. */
  readonly origin: string;
  readonly text: string;
}

/** Hears of every circuit that opens or closes and every endpoint that is ejected or comes back, until it is stopped. */
export function watchMesh(listener: (event: MeshEvent) => void): () => void {
  const startedAt = performance.now();
  const stops = [
    circuitChannel.subscribe(({ circuit, from, to, reason, at }) => {
      listener({ at: at - startedAt, origin: circuit, text: `circuit ${from} → ${to}: ${reason}` });
    }),
    endpointChannel.subscribe(({ endpoint, change, reason, ejectedForMs, at }) => {
      const how = change === 'ejected' ? ` for ${Math.round(ejectedForMs ?? 0)} ms: ${reason}` : '';
      listener({ at: at - startedAt, origin: endpoint.origin, text: `${change}${how}` });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
