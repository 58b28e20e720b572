import { createHash } from 'node:crypto';
import { parsePolicy } from '../judge/index.ts';
import { arnOf, type Maker } from './making.ts';

/** `AWS::KMS::Key`: its ARN and, for the judge, its policy. Nothing is encrypted here. */
export const makeKey: Maker = async (making) => {
  const { account, logicalId, properties, stackName } = making;
  const hex = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  const arn = arnOf(making, 'kms', `key/${id}`);
  account.judge.addResourcePolicy(arn, parsePolicy(properties['KeyPolicy'], logicalId));
  return { ref: id, attributes: { Arn: arn, KeyId: id } };
};
