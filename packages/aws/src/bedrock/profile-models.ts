import { BedrockClient, GetInferenceProfileCommand } from '@aws-sdk/client-bedrock';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';

const IDLE_MS = 10_000;

/** The ARNs of the models that an inference profile leads to, one for each Region. Throws a `ServiceError` where Bedrock does not say. */
export async function readProfileModels(
  options: ConnectionOptions,
  profile: string,
  { signal }: CallOptions = {},
): Promise<readonly string[]> {
  const client = new BedrockClient(clientConfig(options, IDLE_MS));
  try {
    const command = new GetInferenceProfileCommand({ inferenceProfileIdentifier: profile });
    const { models = [] } = await client.send(command, { abortSignal: signal });
    return models.flatMap(({ modelArn }) => modelArn ?? []);
  } catch (error) {
    throw translateError(error, 'GetInferenceProfile');
  } finally {
    client.destroy();
  }
}
