import { ServiceError } from '@batchrock/core';

/** The stack that a command carries; only what is used of it. */
interface MiddlewareHost {
  readonly middlewareStack: {
    addRelativeTo(
      middleware: (next: (args: never) => Promise<never>) => (args: never) => Promise<never>,
      options: { name: string; relation: 'after'; toMiddleware: string; override: boolean },
    ): void;
  };
}

/**
 * Keeps a request from being sent after `notAfter`, however late the process wakes up. It stands behind the SDK's retry
 * and signing middleware, so every attempt passes it after it was signed: a laptop that slept or a frozen sandbox cannot
 * send a Create whose token the service may have forgotten. (A request that was sent before is refused by the service
 * itself some five minutes after its signature.)
 */
export function fence(command: MiddlewareHost, notAfter: number, now: () => number): void {
  let sent = 0;
  command.middlewareStack.addRelativeTo(
    (next) => async (args) => {
      if (now() > notAfter) {
        throw new ServiceError('BR-E0503', 'CreateModelInvocationJob was not sent: its time had passed', {
          reason: 'unavailable',
          effect: sent === 0 ? 'none' : 'unknown',
        });
      }
      sent++;
      return next(args);
    },
    { name: 'batchrockFence', relation: 'after', toMiddleware: 'httpSigningMiddleware', override: true },
  );
}
