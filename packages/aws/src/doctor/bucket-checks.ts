import { HeadBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { otherRegion } from '../s3/other-region.ts';
import { bucketSettings, isAsWanted } from '../setup/bucket-settings.ts';
import { translateError } from '../translate-error.ts';
import { type Check, type Finding, fail, findingOf, lookAt, ok, warn } from './check.ts';
import { type CheckedAccount, needsOf, setupCommand } from './checked-account.ts';

/** A bucket: whose it is, where, how it is kept; `bucket`, or `output-bucket` where Bedrock writes elsewhere. */
export function bucketChecks(account: CheckedAccount, id: 'bucket' | 'output-bucket', name: string): readonly Check[] {
  const of = id === 'bucket' ? '' : 'output-';
  return [
    { id, needs: ['identity'], look: () => lookAtBucket(account, name) },
    { id: `${of}public-access`, needs: [id], look: () => lookAtPublicAccess(account, name) },
    { id: `${of}encryption`, needs: [id], look: () => lookAtEncryption(account, name) },
    { id: `${of}tls`, needs: [id], look: () => lookAtTls(account, name) },
    { id: `${of}lifecycle`, needs: [id], look: () => lookAtLifecycle(account, name) },
  ];
}

async function lookAtBucket(account: CheckedAccount, Bucket: string): Promise<Finding> {
  const { clients, calls, question, whole, shared } = account;
  const { region, prefix, bucketOwner = shared.identity?.account } = question;
  const elsewhere = (found: string): Finding =>
    fail(
      `${Bucket} is in ${found}, and jobs would run in ${region}`,
      question === whole
        ? `give --region ${found}, or a bucket of ${region}`
        : `give --regions …,${region}=BUCKET with a bucket of ${region}`,
    );
  const { found = region, status } = await regionOf(account, Bucket);
  // buckets of a local Bedrock are in every Region
  if (found !== region && !question.isLocal) return elsewhere(found);
  if (status === 404) return fail(`there is no bucket ${Bucket}`, setupCommand(account));
  // HeadBucket may be refused where listing below the prefix is not
  const owner = bucketOwner === undefined ? {} : { ExpectedBucketOwner: bucketOwner };
  const command = new ListObjectsV2Command({ Bucket, Prefix: `${prefix === '' ? '' : `${prefix}/`}runs/`, MaxKeys: 1, ...owner });
  try {
    await clients.s3.send(command, { abortSignal: calls.signal });
  } catch (error) {
    const other = otherRegion(error);
    if (other !== undefined) return elsewhere(other);
    const translated = translateError(error, `ListObjectsV2 s3://${Bucket}`);
    if (!('reason' in translated) || translated.reason !== 'denied') return findingOf(translated);
    const who = bucketOwner === undefined ? 'the caller' : `account ${bucketOwner}`;
    return fail(`${Bucket} is not of ${who}, or may not be listed: ${translated.message}`, setupCommand(account));
  }
  return ok(`${Bucket} is in ${region}${bucketOwner === undefined ? '' : `, of account ${bucketOwner}`}`);
}

/** Where a bucket is: S3 says so whether it refuses or not (API reference of HeadBucket, 2026-11). */
async function regionOf({ clients, calls }: CheckedAccount, Bucket: string) {
  try {
    const { BucketRegion } = await clients.s3.send(new HeadBucketCommand({ Bucket }), { abortSignal: calls.signal });
    return { found: BucketRegion, status: 200 };
  } catch (error) {
    const { $metadata, $response } = error as {
      readonly $metadata?: { readonly httpStatusCode?: number };
      readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
    };
    const status = $metadata?.httpStatusCode;
    if (status === undefined || status >= 500) throw translateError(error, `HeadBucket ${Bucket}`);
    return { found: $response?.headers?.['x-amz-bucket-region'], status };
  }
}

/** How a setting stands beside how `setup` makes it. */
async function compared(account: CheckedAccount, bucket: string, name: string, permission: string) {
  const setting = bucketSettings(needsOf(account), bucket).find((each) => each.name === name);
  if (setting === undefined) throw new Error(`there is no setting ${name}`);
  const read = setting.read(account.clients.s3, bucket);
  const looked = await lookAt(read, `${name} of ${bucket}`, `${permission} on ${bucket}`);
  if (!('found' in looked)) return looked;
  return { found: looked.found, isSound: isAsWanted(setting, looked.found) };
}

async function lookAtPublicAccess(account: CheckedAccount, bucket: string): Promise<Finding> {
  const looked = await compared(account, bucket, 'public access', 's3:GetBucketPublicAccessBlock');
  if (!('found' in looked)) return looked;
  if (looked.isSound) return ok('blocked');
  return warn(`${bucket} does not block public access: prompts and answers lie there`, setupOfBucket(account, bucket));
}

async function lookAtTls(account: CheckedAccount, bucket: string): Promise<Finding> {
  const looked = await compared(account, bucket, 'policy: TLS only', 's3:GetBucketPolicy');
  if (!('found' in looked)) return looked;
  return looked.isSound ? ok('demanded') : warn(`${bucket} takes calls without TLS`, setupCommand(account));
}

async function lookAtLifecycle(account: CheckedAccount, bucket: string): Promise<Finding> {
  const looked = await compared(account, bucket, 'lifecycle', 's3:GetLifecycleConfiguration');
  if (!('found' in looked)) return looked;
  const rules = Array.isArray(looked.found) ? looked.found : [];
  if (!rules.some((rule) => rule.ID === 'batchrock-input' && rule.Status === 'Enabled')) {
    return warn(`${bucket} keeps the input of jobs for ever: it has no rule for it`, setupCommand(account));
  }
  if (account.question.tagsInput) return ok('removes the input of jobs');
  return warn(`${bucket} removes input that is tagged, and this set-up does not tag it`, 'set BATCHROCK_TAG_INPUT=true');
}

async function lookAtEncryption(account: CheckedAccount, bucket: string): Promise<Finding> {
  const looked = await compared(account, bucket, 'encryption', 's3:GetEncryptionConfiguration');
  if (!('found' in looked)) return looked;
  const { ApplyServerSideEncryptionByDefault: rule } = (looked.found ?? {}) as {
    readonly ApplyServerSideEncryptionByDefault?: { readonly SSEAlgorithm?: string; readonly KMSMasterKeyID?: string };
  };
  if (rule?.SSEAlgorithm === undefined) return warn(`${bucket} is not encrypted by default`, setupOfBucket(account, bucket));
  if (rule.KMSMasterKeyID !== undefined) account.shared.keys.set(account.question.region, rule.KMSMasterKeyID);
  return ok(rule.KMSMasterKeyID === undefined ? rule.SSEAlgorithm : `${rule.SSEAlgorithm} by ${rule.KMSMasterKeyID}`);
}

/** `setup` leaves these of a bucket alone that somebody else has made. */
function setupOfBucket(account: CheckedAccount, bucket: string): string {
  return `${setupCommand(account)}; where setup has not made ${bucket}, its owner has to`;
}
