/** Calls that would let the real world into a simulated one. */
type Trap = readonly [owner: object, name: string];

const TRAPS: readonly Trap[] = [
  [Date, 'now'],
  [Math, 'random'],
  [globalThis, 'setTimeout'],
  [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'],
  [globalThis, 'fetch'],
  [globalThis.crypto, 'randomUUID'],
  [globalThis.crypto, 'getRandomValues'],
];

/**
 * Makes the real clock, timers, randomness and network throw until the returned function is called. A simulated program
 * that reaches for one of them would run differently each time.
 */
export function setTraps(): () => void {
  const undo = TRAPS.map(([owner, name]) => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    const value = (): never => {
      throw new Error(`${name} was called in a simulated world; there is a port for it`);
    };
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    return () => {
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, before);
    };
  });
  return () => {
    for (const each of undo) each();
  };
}
