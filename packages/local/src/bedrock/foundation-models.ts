import { partitionOf } from './model-identity.ts';
import type { ServiceModel } from './model-table.ts';
import { AwsError } from './service-error.ts';
import type { Operation } from './state.ts';
import { createValidation } from './validation.ts';

/** Lists the models that are known here. As at the service, nothing in it says which of them batch inference takes. */
export const listFoundationModels: Operation = (call, state) => {
  const v = createValidation();
  const get = (name: string): string | undefined => call.query.get(name) ?? undefined;
  const provider = get('byProvider')?.toLowerCase();
  const output = v.optionalString(get('byOutputModality'), 'byOutputModality', { oneOf: ['TEXT', 'IMAGE', 'EMBEDDING'] });
  const inference = v.optionalString(get('byInferenceType'), 'byInferenceType', { oneOf: ['ON_DEMAND', 'PROVISIONED'] });
  v.finish();
  const modelSummaries = state.models.models
    .map((model) => modelDetails(model, call.region))
    .filter((model) => provider === undefined || model.providerName.toLowerCase() === provider)
    .filter((model) => output === undefined || model.outputModalities.includes(output))
    .filter((model) => inference === undefined || model.inferenceTypesSupported.includes(inference));
  return { modelSummaries };
};

/** Shows one model, by its id or ARN. */
export const getFoundationModel: Operation = (call, state) => {
  const identifier = call.labels[0] ?? '';
  const model = state.models.find(identifier.slice(identifier.lastIndexOf('/') + 1));
  if (model !== undefined) return { modelDetails: modelDetails(model, call.region) };
  throw new AwsError('ResourceNotFoundException', `Could not find the foundation model ${identifier}.`);
};

/** Tells whether the account may use a model here, by its id or ARN: always, unless a fault takes the access away. */
export const getFoundationModelAvailability: Operation = (call, state) => {
  const identifier = call.labels[0] ?? '';
  const modelId = identifier.slice(identifier.lastIndexOf('/') + 1);
  if (state.models.find(modelId) === undefined) {
    throw new AwsError('ResourceNotFoundException', `Could not find the foundation model ${identifier}.`);
  }
  const { noAccess } = state.faults.current();
  return {
    modelId,
    agreementAvailability: { status: noAccess ? 'NOT_AVAILABLE' : 'AVAILABLE' },
    authorizationStatus: noAccess ? 'NOT_AUTHORIZED' : 'AUTHORIZED',
    entitlementAvailability: noAccess ? 'NOT_AVAILABLE' : 'AVAILABLE',
    regionAvailability: 'AVAILABLE',
  };
};

function modelDetails(model: ServiceModel, region: string) {
  return {
    modelArn: `arn:${partitionOf(region)}:bedrock:${region}::foundation-model/${model.id}`,
    modelId: model.id,
    modelName: model.name,
    providerName: model.provider,
    inputModalities: ['TEXT'],
    outputModalities: [model.embedding ? 'EMBEDDING' : 'TEXT'],
    responseStreamingSupported: false,
    customizationsSupported: [],
    inferenceTypesSupported: model.direct ? ['ON_DEMAND'] : ['INFERENCE_PROFILE'],
    modelLifecycle: { status: 'ACTIVE' },
  };
}
