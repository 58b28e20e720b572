/** A stack as CloudFormation tells it. */
export interface ToldStack {
  readonly name: string;
  readonly arn: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly ToldResource[];
}

/** A resource of a stack. */
export interface ToldResource {
  readonly logicalId: string;
  readonly type: string;
  /** Its physical id. */
  readonly id: string;
}

/** What the front sends back. */
export interface StackAnswer {
  readonly statusCode: number;
  readonly xml: string;
}

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/**
 * Answers DescribeStacks and DescribeStackResources for the stacks that were made here, found by their name or ARN; undefined for what is asked of others, which
 * moto answers. A stack is there when it is whole: none is ever seen being made.
 */
export function answerCloudFormation(form: URLSearchParams, stacks: readonly ToldStack[]): StackAnswer | undefined {
  const action = form.get('Action');
  if (action !== 'DescribeStacks' && action !== 'DescribeStackResources') return undefined;
  const asked = form.get('StackName');
  const found = stacks.filter(({ name, arn }) => asked === null || asked === name || asked === arn);
  if (found.length === 0) return undefined;
  if (action === 'DescribeStackResources') return resourcesOf(found);
  const members = found.map((stack) => `<member>${membersOf(stack)}</member>`).join('');
  const xml = `<DescribeStacksResponse xmlns="${NAMESPACE}"><DescribeStacksResult><Stacks>${members}</Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  return { statusCode: 200, xml };
}

function resourcesOf(stacks: readonly ToldStack[]): StackAnswer {
  const member = ({ logicalId, type, id }: ToldResource): string =>
    `<member><LogicalResourceId>${logicalId}</LogicalResourceId><PhysicalResourceId>${escapeXml(id)}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><Timestamp>2026-01-01T00:00:00Z</Timestamp></member>`;
  const members = stacks.flatMap(({ resources }) => resources.map(member)).join('');
  const result = `<DescribeStackResourcesResult><StackResources>${members}</StackResources></DescribeStackResourcesResult>`;
  return {
    statusCode: 200,
    xml: `<DescribeStackResourcesResponse xmlns="${NAMESPACE}">${result}</DescribeStackResourcesResponse>`,
  };
}

function membersOf({ name, arn, outputs }: ToldStack): string {
  const output = ([key, value]: [string, string]): string =>
    `<member><OutputKey>${key}</OutputKey><OutputValue>${escapeXml(value)}</OutputValue></member>`;
  return [
    `<StackName>${name}</StackName><StackId>${arn}</StackId><StackStatus>CREATE_COMPLETE</StackStatus>`,
    '<CreationTime>2026-01-01T00:00:00Z</CreationTime>',
    `<Outputs>${Object.entries(outputs).map(output).join('')}</Outputs>`,
  ].join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
