import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { type Check, type Finding, fail, lookAt, ok, skipped } from './check.ts';
import { type CheckedAccount, keyOf } from './checked-account.ts';

/**
 * The key that is asked for, else that of the bucket: whether it is there and may be used. What its own policy says shows when an
 * object is put.
 */
export function keyCheck(account: CheckedAccount): Check {
  return { id: 'key', needs: ['bucket'], look: () => lookAtKey(account) };
}

async function lookAtKey(account: CheckedAccount): Promise<Finding> {
  const { clients, calls, question, shared } = account;
  const { kmsKey: key = keyOf(account) } = question;
  if (key === undefined) return skipped('the bucket has no key of its own');
  const region = key.startsWith('arn:') ? key.split(':')[3] : question.region;
  if (region !== question.region) {
    return fail(
      `the key ${key} is in ${region}, and the bucket in ${question.region}`,
      question.kmsKey === undefined ? 'encrypt the bucket by a key of its Region' : 'give --kms-key with a key of its Region',
    );
  }
  const call = clients.kms.send(new DescribeKeyCommand({ KeyId: key }), { abortSignal: calls.signal }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'NotFoundException') return undefined;
    throw error;
  });
  const looked = await lookAt(call, 'DescribeKey', `kms:DescribeKey on ${key}`);
  if (!('found' in looked)) return looked;
  if (looked.found === undefined) {
    return question.kmsKey === undefined
      ? fail(`there is no key ${key}, by which the bucket is encrypted`, 'encrypt the bucket by another key')
      : fail(`there is no key ${key}, which --kms-key names`, 'give --kms-key with another key, or leave it out');
  }
  const { KeyState, Arn = key } = looked.found.KeyMetadata ?? {};
  shared.keys.set(question.region, Arn);
  if (KeyState === 'Enabled') return ok(`${Arn} is enabled`);
  const remedy =
    KeyState === 'PendingDeletion' ? `aws kms cancel-key-deletion --key-id ${Arn}` : `aws kms enable-key --key-id ${Arn}`;
  return fail(`the key ${Arn} is ${KeyState}: nothing in the bucket can be read or written`, remedy);
}
