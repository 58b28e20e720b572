/** One call of a port, seen just before its effect and just after it. */
export interface PortCall {
  readonly port: 'ledger' | 'objects' | 'service' | 'answers' | 'runtime';
  /** The method's name. */
  readonly call: string;
  /** A key, prefix, job name or ARN: what the call is about. */
  readonly about: string;
  /** To throw `before` is a failure without effect, `after` a lost reply. A promise that never settles is a crash. */
  readonly moment: 'before' | 'after';
}

/** Decides what becomes of each call. Returns to let it go on. */
export type PortHook = (call: PortCall) => void | Promise<void>;

/** Runs an effect between the two moments of a hook. */
export async function hooked<T>(hook: PortHook | undefined, call: Omit<PortCall, 'moment'>, effect: () => T): Promise<T> {
  if (hook === undefined) return effect();
  await hook({ ...call, moment: 'before' });
  const result = effect();
  await hook({ ...call, moment: 'after' });
  return result;
}
