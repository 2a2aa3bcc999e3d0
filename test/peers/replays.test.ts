// Every fault is played with inmesh, which must not have it, and with each peer: who has it must show it, so that a version
// that mends it is noticed here, and who has it not must not.
import { describe, expect, it } from 'vitest';

import { faults } from './faults.ts';
import { inmesh } from './inmesh.ts';
import { peers } from './peers.ts';
import { shownBy, type Stage } from './stage.ts';

describe.each(faults.map((fault) => [fault.fault, fault] as const))('a breaker that %s', (_, fault) => {
  const { right, wrong } = fault;
  const play = (stage: Stage) => fault.play(stage);

  it('is not that of inmesh', async () => {
    expect(await shownBy(inmesh, play)).toEqual(right);
  });

  it.each(peers.filter(({ name }) => wrong[name] !== undefined))('is that of $name $version', async (peer) => {
    expect(wrong[peer.name]).not.toEqual(right);
    expect(await shownBy(peer, play)).toEqual(wrong[peer.name]);
  });

  it.each(peers.filter(({ name }) => wrong[name] === undefined))('is not that of $name $version', async (peer) => {
    expect(await shownBy(peer, play)).toEqual(right);
  });
});
