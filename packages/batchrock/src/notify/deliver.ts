import type { Publisher } from '@batchrock/aws/notify';
import type { Clock } from '@batchrock/core';
import { detailType, type Notification } from './notification.ts';
import type { NotifyTarget } from './target.ts';
import { postToWebhook } from './webhook.ts';

/** What a delivery needs beside what is told. */
export interface DeliverOptions {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the AWS configuration; default: as the SDK's chain finds keys. */
  readonly profile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Hands a notification to a target. Throws what kept it from being taken. */
export async function deliver(target: NotifyTarget, notification: Notification, o: DeliverOptions): Promise<void> {
  const { clock, signal } = o;
  const body = JSON.stringify(notification);
  if (target.kind === 'webhook') return postToWebhook(target.url, body, { clock, ...(signal && { signal }) });
  const publisher = await openPublisher(target, o);
  try {
    const message = {
      id: notification.id.replace(/[^\w-]/g, '-'),
      group: notification.run ?? 'test',
      subject: subjectOf(notification),
      type: detailType(notification),
      body,
    };
    await publisher.publish(message, signal && { signal });
  } finally {
    publisher.close();
  }
}

async function openPublisher(
  target: Exclude<NotifyTarget, { kind: 'webhook' }>,
  { env, profile }: DeliverOptions,
): Promise<Publisher> {
  // the SDK takes a while to load, and most runs tell nobody
  const { openEventBus, openTopic } = await import('@batchrock/aws/notify');
  const endpoint = endpointOf(env, target.kind === 'sns' ? 'SNS' : 'EVENTBRIDGE');
  const connection = { region: target.region, ...(endpoint && { endpoint }), ...(profile && { profile }) };
  return target.kind === 'sns' ? openTopic(connection, target.arn) : openEventBus(connection, target.arn);
}

/** A server in the place of a service, by the variables that every SDK reads. */
function endpointOf(env: DeliverOptions['env'], service: string): string | undefined {
  return env[`AWS_ENDPOINT_URL_${service}`] || env['AWS_ENDPOINT_URL'] || undefined;
}

function subjectOf({ run, status }: Notification): string {
  return run === null ? 'Batchrock: a test' : `Batchrock run ${run}: ${status}`;
}
