import type { ServiceClock } from '@batchrock/local';
import type { InvokeAnswer } from '../functions/index.ts';
import type { Queues } from '../queues/index.ts';
import type { Mapping } from './mapping.ts';
import { type Poller, startPoller } from './poller.ts';

/** The event source mappings of an account. */
export interface EventSources {
  /** Begins to poll for a mapping, or goes on by what it says now. */
  set(mapping: Mapping): void;
  close(): void;
}

/** What mappings need. */
export interface EventSourcesOptions {
  readonly queues: Queues;
  readonly clock: ServiceClock;
  readonly invoke: (functionName: string, event: string) => Promise<InvokeAnswer>;
  /** Whether the role of a function may do something at a queue. */
  readonly isAllowed: (functionName: string, action: string, queueArn: string) => Promise<boolean>;
}

/** An account without mappings. */
export function createEventSources({ queues, clock, invoke, isAllowed }: EventSourcesOptions): EventSources {
  const pollers = new Map<string, Poller>();
  return {
    set(mapping) {
      const { id, functionName, queueArn, isEnabled } = mapping;
      pollers.get(id)?.close();
      pollers.delete(id);
      if (!isEnabled) return;
      const queue = queues.get(queueArn);
      const poller = startPoller({
        mapping,
        queue,
        clock,
        invoke,
        isAllowed: (action) => isAllowed(functionName, action, queueArn),
      });
      pollers.set(id, poller);
    },
    close() {
      for (const poller of pollers.values()) poller.close();
    },
  };
}
