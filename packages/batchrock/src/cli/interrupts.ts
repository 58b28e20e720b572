import type { EndSignal, Host } from './host.ts';

/** What Ctrl-C and SIGTERM did so far. */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The first signal that came. */
  readonly received: EndSignal | undefined;
  dispose(): void;
}

/**
 * The first signal asks the command to come to an end in order; the second leaves at once, which is safe: everything
 * durable is written before it is relied on. `atSecond` runs before that.
 */
export function listenForInterrupts(host: Host, atSecond: () => void): Interrupts {
  const controller = new AbortController();
  let received: EndSignal | undefined;
  const dispose = host.onSignal((signal) => {
    if (received !== undefined) {
      atSecond();
      host.exit(signal === 'SIGINT' ? 130 : 143);
      return;
    }
    received = signal;
    controller.abort();
  });
  return {
    signal: controller.signal,
    get received() {
      return received;
    },
    dispose,
  };
}
