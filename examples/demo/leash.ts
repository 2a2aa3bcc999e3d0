/** Sent to every child while one of them stands still. */
export interface StandsStill {
  readonly standsStill: number | undefined;
}

/**
 * Ends this child process with its parent, however that ended. A child that was stopped (SIGSTOP) cannot see it, so the
 * others make it go on. Ctrl-C reaches every process of the terminal; what it means is for the parent to say.
 */
export function endWithParent(): void {
  let stopped: number | undefined;
  process.on('SIGINT', () => {});
  process.on('message', (message: Partial<StandsStill>) => {
    if ('standsStill' in message) stopped = message.standsStill;
  });
  process.on('disconnect', () => {
    try {
      if (stopped !== undefined) process.kill(stopped, 'SIGCONT');
    } catch {
      // it is gone already
    }
    process.exit();
  });
}
