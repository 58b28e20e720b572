import { expect, test, vi } from 'vitest';
import type { EndSignal, Host } from './host.ts';
import { listenForInterrupts } from './interrupts.ts';

/** A host whose signals a test sends, and what it was told to do. */
function hostWithSignals() {
  const handlers = new Set<(signal: EndSignal) => void>();
  const exit = vi.fn();
  const host = {
    exit,
    onSignal(handler: (signal: EndSignal) => void) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  } as unknown as Host;
  const send = (signal: EndSignal) => {
    for (const handler of handlers) handler(signal);
  };
  return { host, exit, send };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('the first %s asks to come to an end in order, the second leaves at once with %i', (signal, code) => {
  const { host, exit, send } = hostWithSignals();
  const atSecond = vi.fn();
  const interrupts = listenForInterrupts(host, atSecond);
  expect(interrupts.signal.aborted).toBe(false);
  send(signal);
  expect(interrupts).toMatchObject({ received: signal, signal: { aborted: true } });
  expect([exit.mock.calls, atSecond.mock.calls]).toEqual([[], []]);
  send(signal);
  expect(atSecond).toHaveBeenCalledOnce();
  expect(exit).toHaveBeenCalledExactlyOnceWith(code);
});

test('nothing is heard any more after the command has ended', () => {
  const { host, exit, send } = hostWithSignals();
  const interrupts = listenForInterrupts(host, () => undefined);
  interrupts.dispose();
  send('SIGINT');
  send('SIGINT');
  expect(interrupts.received).toBeUndefined();
  expect(exit).not.toHaveBeenCalled();
});
