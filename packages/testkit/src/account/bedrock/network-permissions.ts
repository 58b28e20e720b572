import type { RoleOfJob } from '@batchrock/local';
import { type Permission, type Place, permission } from '../judge/index.ts';

const DESCRIBED = ['NetworkInterfaces', 'Vpcs', 'DhcpOptions', 'Subnets', 'SecurityGroups'];
/** What Bedrock tags its interfaces with. */
const MANAGED = 'BedrockManaged';
const JOB = 'BedrockModelInvocationJobArn';

/**
 * What Bedrock does under the role of a job to have it in a network: it looks around, makes an interface in each subnet, with the
 * job's ARN as a tag, lets itself use it, and takes it away (Bedrock User Guide, "Protect batch inference jobs using a VPC",
 * 2026-11). Nothing for a job without a network. There is no EC2 here: the permissions are asked for, and that is all.
 */
export function networkPermissions({ vpcConfig, jobArn }: RoleOfJob, place: Place): readonly Permission[] {
  if (vpcConfig === undefined) return [];
  const { partition, region, account } = place;
  const arn = (resource: string): string => `arn:${partition}:ec2:${region}:${account}:${resource}`;
  const anInterface = arn('network-interface/eni-0123456789abcdef0');
  const tags = { [`aws:RequestTag/${MANAGED}`]: 'true', [`aws:RequestTag/${JOB}`]: jobArn, 'aws:TagKeys': [MANAGED, JOB] };
  const inSubnet = (subnetId: string): readonly Permission[] => {
    const used = {
      'ec2:Subnet': arn(`subnet/${subnetId}`),
      [`ec2:ResourceTag/${MANAGED}`]: 'true',
      [`ec2:ResourceTag/${JOB}`]: jobArn,
    };
    return [
      permission('ec2:CreateNetworkInterface', anInterface, tags),
      permission('ec2:CreateNetworkInterface', arn(`subnet/${subnetId}`)),
      permission('ec2:CreateTags', anInterface, { ...tags, 'ec2:CreateAction': 'CreateNetworkInterface' }),
      ...['CreateNetworkInterfacePermission', 'DeleteNetworkInterfacePermission', 'DeleteNetworkInterface'].map((action) =>
        permission(`ec2:${action}`, anInterface, used),
      ),
    ];
  };
  return [
    ...DESCRIBED.map((what) => permission(`ec2:Describe${what}`, '*')),
    ...vpcConfig.subnetIds.flatMap(inSubnet),
    ...vpcConfig.securityGroupIds.map((id) => permission('ec2:CreateNetworkInterface', arn(`security-group/${id}`))),
  ];
}
