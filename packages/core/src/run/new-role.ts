import { ServiceError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import type { RunPorts } from './ports.ts';

/** Patience with a role that the service refuses, over the rounds of a drive. */
export interface NewRole {
  /**
   * True when the part is to be sent again. `since`: when its intent was written; `parts` of the run. `onDoubt` is told why, in words
   * for people.
   */
  mayBe(
    error: ServiceError,
    of: { readonly since: number; readonly parts: readonly PartBody[] },
    onDoubt: (error: ServiceError) => void,
  ): boolean;
}

/**
 * A role that was made just now is refused for some seconds, while IAM spreads it: the run is not blocked for that before a role
 * that is old enough would have been taken. A part may be sent again within its trust window alone, so that is how long it is tried; a
 * role that a job of the run was taken with is not new. `longestMs`: between two tries.
 */
export function createNewRole({ clock, service }: Pick<RunPorts, 'clock' | 'service'>, longestMs: number): NewRole {
  let from: number | undefined;
  return {
    mayBe(error, { since, parts }, onDoubt) {
      if (parts.some(({ jobArn }) => jobArn !== undefined)) return false;
      const now = clock.now();
      // not from the first refusal: a call may take its time, and the window of the part goes on meanwhile
      from ??= since;
      // another try would come too late to say anything
      if (now - from + longestMs > service.facts.tokenTrustMs) return false;
      const { code, message, reason, effect, hint } = error;
      onDoubt(new ServiceError(code, `the role may be too new: ${message}`, { reason, effect, hint, cause: error }));
      return true;
    },
  };
}
