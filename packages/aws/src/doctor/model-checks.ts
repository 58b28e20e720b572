import {
  type BedrockClient,
  GetFoundationModelAvailabilityCommand,
  ListFoundationModelsCommand,
  paginateListInferenceProfiles,
} from '@aws-sdk/client-bedrock';
import { type CallOptions, parseModelId } from '@batchrock/core';
import { type Check, type Finding, fail, lookAt, ok, skipped, warn } from './check.ts';
import type { CheckedAccount } from './checked-account.ts';

const ASK = 'give --model ID to have it looked at';

/** Whether the Region offers the model for what is asked, and whether the account may use it. */
export function modelChecks(account: CheckedAccount): readonly Check[] {
  const { model } = account.question;
  return [
    { id: 'model', needs: ['identity'], look: async () => (model === undefined ? skipped(ASK) : lookAtModel(account, model)) },
    { id: 'access', needs: ['model'], look: async () => (model === undefined ? skipped(ASK) : lookAtAccess(account, model)) },
  ];
}

async function lookAtModel(account: CheckedAccount, model: string): Promise<Finding> {
  const { region, known, residency } = account.question;
  const parsed = parseModelId(model);
  if ('problem' in parsed) return fail(`${JSON.stringify(model)} is no model id: ${parsed.problem}`, 'batchrock models');
  if (known?.refused !== undefined) return fail(`${model}: ${known.refused}`, 'batchrock models');
  if (parsed.kind === 'custom' || parsed.kind === 'application-profile') {
    return ok(`${model}: whether ${region} has it is seen when a job is made`);
  }
  const { bedrock } = account.clients;
  const looked = await lookAt(
    offersOf(bedrock, parsed.baseId, account.calls),
    'ListInferenceProfiles',
    'bedrock:ListFoundationModels and bedrock:ListInferenceProfiles',
  );
  if (!('found' in looked)) return looked;
  const { profiles, isThere, isDirect } = looked.found;
  const others = [...(isDirect ? [parsed.baseId] : []), ...profiles.keys()];
  const remedy = `batchrock models ${parsed.baseId} --available --region ${region}`;
  const instead = others.length === 0 ? remedy : `give --model ${others[0]}`;
  const catalogue = known === undefined ? '; the catalogue of models does not know it' : '';
  if (parsed.profile === undefined) {
    if (!isThere) return fail(`${region} does not offer ${parsed.baseId}`, remedy);
    if (!isDirect) return fail(`${parsed.baseId} is reached by a profile only: ${others.join(', ')}`, instead);
    account.modelArns = [
      `arn:${account.shared.identity?.partition ?? 'aws'}:bedrock:${region}::foundation-model/${parsed.baseId}`,
    ];
    return known === undefined
      ? warn(`${region} offers it${catalogue}`, 'docs/models.md')
      : ok(`${region} offers ${parsed.baseId}`);
  }
  const name = model.slice(model.indexOf('/') + 1);
  const arns = profiles.get(name);
  if (arns === undefined) {
    const offer = others.length === 0 ? '' : `, but ${others.join(', ')}`;
    return fail(`${region} does not offer the profile ${name}${offer}`, instead);
  }
  account.modelArns = arns;
  const regions = [...new Set(arns.map((arn) => arn.split(':')[3] || 'any Region'))];
  const outside = residency === undefined ? [] : regions.filter((each) => !residency.includes(each));
  if (outside.length > 0) {
    return fail(
      `${name} sends rows to ${outside.join(', ')} too, and --residency is ${residency?.join(',')}`,
      'give --model with one that stays in these Regions, or add the others to --residency',
    );
  }
  const told = `${region} offers ${name}, which leads to ${regions.join(', ')}`;
  return known === undefined ? warn(`${told}${catalogue}`, 'docs/models.md') : ok(told);
}

interface Offer {
  readonly isThere: boolean;
  /** Called by its own id. */
  readonly isDirect: boolean;
  /** Models behind each profile that leads to it, by the profile's id. */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
}

async function offersOf(client: BedrockClient, baseId: string, { signal }: CallOptions): Promise<Offer> {
  const { modelSummaries = [] } = await client.send(new ListFoundationModelsCommand({}), { abortSignal: signal });
  const summary = modelSummaries.find(({ modelId }) => modelId === baseId);
  const profiles = new Map<string, readonly string[]>();
  const pages = paginateListInferenceProfiles({ client }, { typeEquals: 'SYSTEM_DEFINED' }, { abortSignal: signal });
  for await (const { inferenceProfileSummaries = [] } of pages) {
    for (const { inferenceProfileId = '', models = [] } of inferenceProfileSummaries) {
      if (inferenceProfileId.endsWith(`.${baseId}`))
        profiles.set(
          inferenceProfileId,
          models.flatMap(({ modelArn }) => modelArn ?? []),
        );
    }
  }
  return {
    isThere: summary !== undefined,
    isDirect: summary?.inferenceTypesSupported?.includes('ON_DEMAND') ?? false,
    profiles,
  };
}

async function lookAtAccess(account: CheckedAccount, model: string): Promise<Finding> {
  const parsed = parseModelId(model);
  if ('problem' in parsed || parsed.kind === 'custom' || parsed.kind === 'application-profile')
    return skipped('of no one model of the service');
  const { bedrock } = account.clients;
  const command = new GetFoundationModelAvailabilityCommand({ modelId: parsed.baseId });
  const looked = await lookAt(
    bedrock.send(command, { abortSignal: account.calls.signal }),
    'GetFoundationModelAvailability',
    'bedrock:GetFoundationModelAvailability',
  );
  if (!('found' in looked)) return looked;
  const { agreementAvailability, authorizationStatus, entitlementAvailability } = looked.found;
  const wanting = [
    ...(agreementAvailability?.status === 'AVAILABLE' ? [] : [`its agreement is ${agreementAvailability?.status}`]),
    ...(authorizationStatus === 'AUTHORIZED' ? [] : [`the account is ${authorizationStatus}`]),
    ...(entitlementAvailability === 'AVAILABLE' ? [] : [`its entitlement is ${entitlementAvailability}`]),
  ];
  if (wanting.length === 0) return ok(`the account may use ${parsed.baseId}`);
  const { region } = account.question;
  const page = `https://${region}.console.aws.amazon.com/bedrock/home?region=${region}#/modelaccess`;
  return fail(`the account has no access to ${parsed.baseId}: ${wanting.join(', ').toLowerCase()}`, `ask for access: ${page}`);
}
