/** The role of a job, and for what its permissions are needed beside the job's objects. */
export interface RoleOfJob {
  readonly roleArn: string;
  readonly jobArn: string;
  /** Where Bedrock puts network interfaces of the job. */
  readonly vpcConfig?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
}
