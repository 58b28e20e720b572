import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type Stack as StackDescription,
} from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Identity } from './identity.ts';
import { toolError } from './tool-error.ts';

/** A stack as it stands in the account. */
export interface DeployedStack {
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A resource of a deployed stack. */
export interface DeployedResource {
  readonly logicalId: string;
  /** `AWS::S3::Bucket`. */
  readonly type: string;
  /** Its name or ARN; undefined for one that was never made. */
  readonly name: string | undefined;
  /** True for one that stays when the stack goes. */
  readonly isKept: boolean;
}

/** The stack of that name; undefined where there is none, or only what a change set began. */
export async function findStack(identity: Identity, stackName: string): Promise<DeployedStack | undefined> {
  return withCloudFormation(identity, `DescribeStacks ${stackName}`, async (cloudFormation) => {
    const found = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName })).catch((error: unknown) => {
      if (isMissing(error)) return { Stacks: [] };
      throw error;
    });
    const stack = (found.Stacks ?? []).find(isThere);
    if (stack === undefined) return undefined;
    return {
      status: stack.StackStatus ?? '',
      tags: Object.fromEntries((stack.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
      outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue])),
    };
  });
}

/** What the stack of that name holds, and what of it stays when the stack goes, by the template that it was deployed with. */
export async function resourcesOf(identity: Identity, stackName: string): Promise<readonly DeployedResource[]> {
  return withCloudFormation(identity, `the resources of ${stackName}`, async (client) => {
    const { TemplateBody = '{}' } = await client.send(
      new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Original' }),
    );
    const template = JSON.parse(TemplateBody) as { Resources?: Record<string, { Type: string; DeletionPolicy?: string }> };
    const names = new Map<string, string | undefined>();
    for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
      for (const each of page.StackResourceSummaries ?? []) names.set(each.LogicalResourceId ?? '', each.PhysicalResourceId);
    }
    return Object.entries(template.Resources ?? {}).map(([logicalId, { Type, DeletionPolicy = 'Delete' }]) => ({
      logicalId,
      type: Type,
      name: names.get(logicalId),
      isKept: DeletionPolicy.startsWith('Retain'),
    }));
  });
}

/** The version that an account was bootstrapped with, by its parameter of Systems Manager; undefined where it was not. */
export async function findBootstrapVersion(identity: Identity, parameter: string): Promise<number | undefined> {
  const ssm = new SSMClient({ region: identity.region, credentials: identity.credentials });
  try {
    const found = await ssm.send(new GetParameterCommand({ Name: parameter }));
    const version = Number(found.Parameter?.Value);
    return Number.isInteger(version) ? version : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw toolError(error, `GetParameter ${parameter}`);
  } finally {
    ssm.destroy();
  }
}

async function withCloudFormation<T>(
  { region, credentials }: Identity,
  operation: string,
  work: (client: CloudFormationClient) => Promise<T>,
): Promise<T> {
  const client = new CloudFormationClient({ region, credentials });
  try {
    return await work(client);
  } catch (error) {
    throw toolError(error, operation);
  } finally {
    client.destroy();
  }
}

function isThere({ StackStatus }: StackDescription): boolean {
  return StackStatus !== 'DELETE_COMPLETE' && StackStatus !== 'REVIEW_IN_PROGRESS';
}

/** CloudFormation has no error of its own for it (API reference of DescribeStacks, 2026-11). */
function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
}
