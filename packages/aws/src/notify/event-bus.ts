import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ServiceError } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';
import type { Publisher } from './publisher.ts';

const IDLE_MS = 10_000;
const NEEDED = 'allow the caller events:PutEvents on the bus, as the policy of batchrock setup --notify ARN does';

/** What all events of ours have as their source. */
const EVENT_SOURCE = 'batchrock';

/** An event bus of EventBridge. */
export function openEventBus(connection: ConnectionOptions, EventBusName: string): Publisher {
  const client = new EventBridgeClient(clientConfig(connection, IDLE_MS));
  return {
    async publish({ type, body }, { signal } = {}) {
      const entry = { EventBusName, Source: EVENT_SOURCE, DetailType: type, Detail: body };
      const answer = await client
        .send(new PutEventsCommand({ Entries: [entry] }), { abortSignal: signal })
        .catch((error: unknown) => {
          throw translateError(error, 'PutEvents', NEEDED);
        });
      // an entry that is not taken is no error of the call
      const { ErrorCode, ErrorMessage } = answer.Entries?.[0] ?? {};
      if (ErrorCode === undefined) return;
      throw new ServiceError('BR-E0504', `PutEvents: ${ErrorCode}: ${ErrorMessage}`, { reason: 'invalid', effect: 'none' });
    },
    close: () => client.destroy(),
  };
}
