import { BedrockClient, ListFoundationModelsCommand, paginateListInferenceProfiles } from '@aws-sdk/client-bedrock';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';

/** The ids that a Region offers. Neither call tells which of them batch inference takes (2026-11). */
export interface OfferedModels {
  /** Ids of foundation models that are called without a profile. */
  readonly direct: readonly string[];
  /** Ids of cross-Region profiles, such as `us.amazon.nova-lite-v1:0`. */
  readonly profiles: readonly string[];
}

/** Asks Bedrock which models and profiles a Region offers. Throws a `ServiceError` when it does not say. */
export async function listOfferedModels(options: ConnectionOptions, signal?: AbortSignal): Promise<OfferedModels> {
  const client = new BedrockClient(clientConfig(options, 10_000));
  try {
    const direct = await foundationModels(client, signal);
    const profiles: string[] = [];
    const pages = paginateListInferenceProfiles({ client }, { typeEquals: 'SYSTEM_DEFINED' }, { abortSignal: signal });
    for await (const page of pages) {
      for (const { inferenceProfileId } of page.inferenceProfileSummaries ?? []) {
        if (inferenceProfileId !== undefined) profiles.push(inferenceProfileId);
      }
    }
    return { direct, profiles };
  } catch (error) {
    throw translateError(error, 'ListInferenceProfiles');
  } finally {
    client.destroy();
  }
}

async function foundationModels(client: BedrockClient, signal: AbortSignal | undefined): Promise<readonly string[]> {
  try {
    const { modelSummaries = [] } = await client.send(new ListFoundationModelsCommand({}), { abortSignal: signal });
    return modelSummaries
      .filter(({ inferenceTypesSupported = [] }) => inferenceTypesSupported.includes('ON_DEMAND'))
      .flatMap(({ modelId }) => modelId ?? []);
  } catch (error) {
    throw translateError(error, 'ListFoundationModels');
  }
}
