import { statSync } from 'node:fs';
import { type FunctionSettings, keptCode } from '../functions/index.ts';
import { arnOf, type Maker, type Making, physicalName, requireTrust } from './making.ts';
import { numberOf, recordOf, refuse, requiredText, textOf } from './properties.ts';

/** `AWS::Lambda::Function`, on the host of functions. Its code is the asset of the assembly, as it was bundled. */
export const makeFunction: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'DeadLetterConfig', 'FileSystemConfigs', 'ImageConfig', 'Layers', 'SnapStart');
  const name = textOf(properties['FunctionName']) ?? physicalName(making, 64);
  const arn = arnOf(making, 'lambda', `function:${name}`);
  const roleArn = requiredText(properties, 'Role');
  await requireTrust(making, 'lambda.amazonaws.com', roleArn, arn);
  const environment = Object.entries(recordOf(recordOf(properties['Environment'])['Variables']));
  const reserved = numberOf(properties['ReservedConcurrentExecutions']);
  const settings: FunctionSettings = {
    name,
    arn,
    roleArn,
    codeFolder: codeFolderOf(making),
    handler: requiredText(properties, 'Handler'),
    environment: Object.fromEntries(environment.map(([key, value]) => [key, String(value)])),
    timeoutSeconds: numberOf(properties['Timeout']) ?? 3,
    memoryMB: numberOf(properties['MemorySize']) ?? 128,
    ...(reserved !== undefined && { reservedConcurrency: reserved }),
    isTraced: textOf(recordOf(properties['TracingConfig'])['Mode']) === 'Active',
  };
  account.logGroups.set(name, textOf(recordOf(properties['LoggingConfig'])['LogGroup']) ?? `/aws/lambda/${name}`);
  account.functions.set(name, settings);
  account.addFunction(settings);
  return { ref: name, attributes: { Arn: arn } };
};

/** `AWS::Lambda::EventInvokeConfig`: how often an asynchronous invocation is tried, and where it goes when it fails. */
export const makeEventInvokeConfig: Maker = async ({ account, logicalId, properties }) => {
  const name = requiredText(properties, 'FunctionName');
  const settings = account.functions.get(name);
  if (settings === undefined) throw new Error(`there is no function ${name}`);
  const { OnFailure, OnSuccess } = recordOf(properties['DestinationConfig']);
  if (OnSuccess !== undefined) throw new Error('"OnSuccess" is not carried out here');
  const destination = textOf(recordOf(OnFailure)['Destination']);
  const retries = numberOf(properties['MaximumRetryAttempts']);
  const age = numberOf(properties['MaximumEventAgeInSeconds']);
  const configured: FunctionSettings = {
    ...settings,
    ...(destination !== undefined && { onFailureQueueArn: destination }),
    ...(retries !== undefined && { maxRetryAttempts: retries }),
    ...(age !== undefined && { maxEventAgeSeconds: age }),
  };
  account.functions.set(name, configured);
  account.addFunction(configured);
  return { ref: logicalId, attributes: {} };
};

function codeFolderOf({ properties, asset }: Making): string {
  const { S3Key } = recordOf(properties['Code']);
  const folder = asset(String(S3Key));
  if (folder === undefined) throw new Error(`the code ${JSON.stringify(properties['Code'])} is no asset of the assembly`);
  if (!statSync(folder).isDirectory()) throw new Error(`the code ${folder} is no folder; only folders are hosted here`);
  return keptCode(folder, String(S3Key));
}
