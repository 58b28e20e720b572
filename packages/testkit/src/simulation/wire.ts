import { CancelledError, ServiceError } from '@batchrock/core';
import type { Life } from './process.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The client gives up on a call after this, as the real adapters do (total deadline of a call). */
export const CALL_TIMEOUT_MS = 60 * SECOND;

/** One call from a process to something outside it. */
export interface Call<T> {
  /** For the story: `ledger.commit`, `service.create`. */
  readonly kind: string;
  /** A key, a prefix, a job name; behind `kind` in the story. */
  readonly about: string;
  /** Runs in the process just before the request leaves it; throwing ends the call there. */
  readonly send?: () => void;
  /** Runs at the other side when the request arrives. What it throws is the answer. */
  readonly land: () => T;
  readonly signal?: AbortSignal | undefined;
  /** Usual time there and back. Default: 5 to 60 ms. */
  readonly usualMs?: number;
  /** The process gives up on the reply after this. Default: `CALL_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  /** How much likelier than usual a process is to crash, freeze or be late here: rare windows are met more often. Default 1. */
  readonly risk?: number;
  /** It changes nothing at the other side, so most of the time it may happen at once: the time between two reads is what counts. */
  readonly isRead?: boolean;
  /** False: a request that its sender has given up on is not carried out minutes later. Default true. */
  readonly mayBeLate?: boolean;
}

/**
 * Carries a call through the faults of the world: slow, refused before it has any effect, effective with its reply lost,
 * arriving after the sender gave up, and the sender frozen or killed before it sends or before it hears the answer.
 */
export function carry<T>(life: Life, call: Call<T>): Promise<T> {
  const { world } = life;
  const { scheduler, trace, fate } = world;
  const { wire: rng } = life;
  const plan = world.faults;
  const { risk = 1 } = call;
  if (call.isRead === true && life.alive && call.signal?.aborted !== true && rng.chance(plan.readAtOnceRate))
    return atOnce(call.land);
  const place = world.places.next(life.owner, call.kind, call.about);
  const strikes = (kind: string, rate: number): boolean => fate.strikes(kind, rate, place);
  const drawMs = (kind: string, low: number, high: number): number => Math.round(fate.details(kind, place).logUniform(low, high));
  return new Promise<T>((settle, fail) => {
    if (!life.alive) return;
    if (call.signal?.aborted === true) {
      fail(new CancelledError());
      return;
    }
    const ignore = life.onAbort(call.signal, () => life.deliver(() => reject(new CancelledError())));
    const resolve = (value: T): void => {
      ignore();
      settle(value);
    };
    const reject = (error: unknown): void => {
      ignore();
      fail(error);
    };

    if (strikes('crash before', (risk * plan.crashRate) / 2)) {
      life.crash(`before ${place.what}`);
      return;
    }
    if (strikes('freeze', risk * plan.freezeRate)) life.freeze(drawMs('freeze', 5 * SECOND, 90 * MINUTE));

    life.deliver(() => {
      try {
        call.send?.();
      } catch (error) {
        reject(error);
        return;
      }
      const usual = call.usualMs ?? rng.int(5, 60);
      const inOne = rng.chance(0.7);
      const slow = strikes('slow', risk * plan.slowRate) ? drawMs('slow', SECOND, 50 * SECOND) : 0;
      const isLate = call.mayBeLate !== false && strikes('late', risk * plan.lateRate);
      const late = isLate ? drawMs('late', CALL_TIMEOUT_MS, 8 * MINUTE) : 0;
      const refused = strikes('refused', plan.errorBeforeRate);
      const lost = strikes('reply lost', risk * plan.lostReplyRate);
      const crashAfter = strikes('crash after', (risk * plan.crashRate) / 2);
      const hung = strikes('hung', plan.hungRate);
      // A frozen process may have written its request to the socket and stand still then.
      if (strikes('freeze sending', (risk * plan.freezeRate) / 4)) life.freeze(drawMs('freeze sending', 5 * SECOND, 90 * MINUTE));

      let gaveUp = false;
      const arriveMs = (inOne ? usual : usual / 2) + slow + late;
      const timeoutMs = call.timeoutMs ?? CALL_TIMEOUT_MS;
      // In flight it is subject to the wire alone; a frozen sender hears nothing and gives up when it thaws.
      if (hung || arriveMs + usual >= timeoutMs || life.frozenUntil > scheduler.now + timeoutMs) {
        scheduler.after(timeoutMs, () =>
          life.deliver(() => {
            gaveUp = true;
            reject(timedOut(place.what));
          }),
        );
      }
      if (hung) {
        trace.note(life.name, `${place.what} is never answered`);
        return;
      }
      scheduler.after(arriveMs, () => {
        if (refused) {
          trace.note(life.name, `${place.what} fails before it has any effect`);
          life.deliver(() => reject(unavailable(place.what)));
          return;
        }
        const answer = attempt(call.land);
        if (crashAfter) life.crash(`after ${place.what}`);
        if (lost) {
          trace.mark('reply-lost');
          trace.note(life.name, `${place.what} takes effect and its reply is lost`);
        }
        const hear = (): void =>
          life.deliver(() => {
            if (gaveUp) return;
            if (lost) reject(unavailable(place.what));
            else if ('error' in answer) reject(answer.error);
            else resolve(answer.value);
          });
        // Most replies are heard in the moment of the effect: one timer less, and the next call has its own way to go.
        if (inOne) hear();
        else scheduler.after(usual / 2, hear);
      });
    });
  });
}

function atOnce<T>(land: () => T): Promise<T> {
  try {
    return Promise.resolve(land());
  } catch (error) {
    return Promise.reject(error);
  }
}

function attempt<T>(land: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: land() };
  } catch (error) {
    return { error };
  }
}

function unavailable(what: string): ServiceError {
  return new ServiceError('BR-E0503', `${what}: connection reset`, { reason: 'unavailable', effect: 'unknown' });
}

function timedOut(what: string): ServiceError {
  return new ServiceError('BR-E0503', `${what}: no answer in time`, { reason: 'unavailable', effect: 'unknown' });
}
