import { holds, inOrder, isRecord, type Json, resolve, type Scope, type Stack } from '../template/index.ts';
import { makerOf } from './makers.ts';
import type { AccountState, Made } from './making.ts';

/** A stack that was made. */
export interface DeployedStack {
  readonly name: string;
  /** The physical id of each resource, by its logical id. */
  readonly ids: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** The physical ids of all resources of a type whose logical id begins so. */
  find(type: string, logicalId?: string): readonly string[];
}

/**
 * Makes all resources of a stack, each after those that it needs, and puts its exports where other stacks find them. Throws
 * with the logical id of the resource that could not be made.
 */
export async function deployStack(stack: Stack, account: AccountState, exports: Map<string, Json>): Promise<DeployedStack> {
  const { template, name } = stack;
  const made = new Map<string, Made>();
  const scope = scopeOf(stack, account, exports, made);
  const isWanted = (condition: string | undefined): boolean => condition === undefined || holds({ Condition: condition }, scope);
  for (const { logicalId, type, properties, condition } of inOrder(template)) {
    if (!isWanted(condition)) continue;
    try {
      const resolved = resolve(properties, scope);
      const making = { account, stackName: name, logicalId, properties: isRecord(resolved) ? resolved : {}, asset: stack.asset };
      made.set(logicalId, await makerOf(type)(making));
    } catch (error) {
      throw new Error(`the resource ${logicalId} of the stack ${name} could not be made: ${String(error)}`, { cause: error });
    }
  }
  const outputs = Object.entries(template.outputs).filter(([, { condition }]) => isWanted(condition));
  for (const [, { value, exportName }] of outputs) {
    if (exportName !== undefined) exports.set(String(resolve(exportName, scope)), resolve(value, scope));
  }
  const types = new Map(template.resources.map(({ logicalId, type }) => [logicalId, type]));
  const ids = Object.fromEntries([...made].map(([logicalId, { ref }]) => [logicalId, ref]));
  return {
    name,
    ids,
    outputs: Object.fromEntries(outputs.map(([key, { value }]) => [key, String(resolve(value, scope))])),
    find: (type, prefix = '') =>
      Object.entries(ids).flatMap(([id, ref]) => (types.get(id) === type && id.startsWith(prefix) ? [ref] : [])),
  };
}

function scopeOf(
  { name, template }: Stack,
  { place }: AccountState,
  exports: ReadonlyMap<string, Json>,
  made: ReadonlyMap<string, Made>,
): Scope {
  const pseudo: Readonly<Record<string, Json>> = {
    'AWS::AccountId': place.account,
    'AWS::Partition': place.partition,
    'AWS::Region': place.region,
    'AWS::StackName': name,
    'AWS::StackId': `arn:${place.partition}:cloudformation:${place.region}:${place.account}:stack/${name}/00000000`,
    'AWS::URLSuffix': place.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    'AWS::NotificationARNs': [],
  };
  return {
    ref: (id) => made.get(id)?.ref ?? template.parameters[id] ?? pseudo[id],
    attribute: (id, attribute) => made.get(id)?.attributes[attribute],
    condition: (id) => template.conditions[id],
    imported: (id) => exports.get(id),
    mapping: (map, first, second) => {
      const level = template.mappings[map];
      const entry = isRecord(level) ? level[first] : undefined;
      return isRecord(entry) ? entry[second] : undefined;
    },
  };
}
