import { isBatchrockError } from '@batchrock/core';
import { translateError } from '../translate-error.ts';

/** How a check came out; `skipped`: it could not be made, or there was nothing to look at. */
export type CheckState = 'ok' | 'warn' | 'fail' | 'skipped';

/** What was found, and what to do about it. */
export interface Finding {
  readonly state: CheckState;
  readonly message: string;
  /** A command, or a few words; absent where nothing is to be done. */
  readonly remedy?: string;
}

/** A look at one thing that runs need. It makes no job and changes nothing that stays. */
export interface Check {
  readonly id: string;
  /** The Region that it is about, where several are looked at. The same `id` is then looked at in each. */
  readonly region?: string;
  /** The checks that have to be sound before this one says anything: of its Region, or of none. */
  readonly needs: readonly string[];
  /** Throws what a service refuses. */
  look(): Promise<Finding>;
}

/** All is as it should be. */
export function ok(message: string): Finding {
  return { state: 'ok', message };
}

/** Runs work, or may; somebody should look at it. */
export function warn(message: string, remedy?: string): Finding {
  return { state: 'warn', message, ...(remedy === undefined ? {} : { remedy }) };
}

/** Runs will not work like this, or would be open to others. */
export function fail(message: string, remedy: string): Finding {
  return { state: 'fail', message, remedy };
}

/** There is nothing to look at. */
export function skipped(message: string): Finding {
  return { state: 'skipped', message };
}

/**
 * What a call gives. A refusal for want of a permission is a warning: what may not be looked at may be sound all the same.
 * `permission` is the one that is wanting.
 */
export async function lookAt<T>(call: Promise<T>, what: string, permission: string): Promise<{ readonly found: T } | Finding> {
  try {
    return { found: await call };
  } catch (error) {
    const translated = translateError(error, what);
    const isDenied = 'reason' in translated && translated.reason === 'denied';
    if (!isDenied) throw translated;
    return warn(
      `cannot be looked at: ${what} is refused`,
      `allow the caller ${permission}, as the policy of batchrock setup does`,
    );
  }
}

/** What went wrong with a check, where it threw. */
export function findingOf(error: unknown): Finding {
  if (!isBatchrockError(error)) throw error;
  if (error.kind === 'invariant' || error.kind === 'cancelled') throw error;
  return fail(error.message, error.hint);
}
