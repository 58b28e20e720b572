import { holds, inOrder, isRecord, type Json, resolve, type Scope, type Stack } from '../template/index.ts';
import { makerOf } from './makers.ts';
import type { AccountState, Made, MadeResource } from './making.ts';
import type { Properties } from './properties.ts';

/** A stack that was made. */
export interface DeployedStack {
  readonly name: string;
  /** The physical id of each resource, by its logical id. */
  readonly ids: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** The type of each resource, by its logical id. */
  readonly types: ReadonlyMap<string, string>;
  /** The physical ids of all resources of a type whose logical id begins so. */
  find(type: string, logicalId?: string): readonly string[];
}

/**
 * Makes all resources of a stack, each after those that it needs, and puts its exports where other stacks find them. A stack of
 * a name that is there is updated in place. Throws with the logical id of the resource that could not be made, and where an
 * update would remove one.
 */
export async function deployStack(stack: Stack, account: AccountState, exports: Map<string, Json>): Promise<DeployedStack> {
  const { template, name } = stack;
  const made = new Map<string, MadeResource>();
  const scope = scopeOf(stack, account, exports, made);
  const before = account.stacks.get(name);
  refuseRemovals(stack, before);
  const isWanted = (condition: string | undefined): boolean => condition === undefined || holds({ Condition: condition }, scope);
  for (const { logicalId, type, properties, condition } of inOrder(template)) {
    if (!isWanted(condition)) continue;
    try {
      const resolved = resolve(properties, scope);
      const given = isRecord(resolved) ? resolved : {};
      const old = before?.get(logicalId);
      if (old !== undefined && isUnchanged(old, type, given)) {
        made.set(logicalId, old);
        continue;
      }
      const making = { account, stackName: name, logicalId, properties: given, asset: stack.asset };
      const now = await makerOf(type)(old === undefined ? making : { ...making, before: old });
      made.set(logicalId, { ...now, type, properties: given });
    } catch (error) {
      throw new Error(`the resource ${logicalId} of the stack ${name} could not be made: ${String(error)}`, { cause: error });
    }
  }
  account.stacks.set(name, made);
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
    types,
    find: (type, prefix = '') =>
      Object.entries(ids).flatMap(([id, ref]) => (types.get(id) === type && id.startsWith(prefix) ? [ref] : [])),
  };
}

function refuseRemovals({ name, template }: Stack, before: ReadonlyMap<string, MadeResource> | undefined): void {
  const kept = new Map(template.resources.map(({ logicalId, type }) => [logicalId, type]));
  for (const [logicalId, { type }] of before ?? []) {
    if (kept.get(logicalId) === type) continue;
    throw new Error(`the update of ${name} would remove the ${type} ${logicalId}; only updates in place are carried out here`);
  }
}

/** Policies hang on roles, and a role that is updated loses them: they are made anew every time. */
function isUnchanged(old: MadeResource, type: string, properties: Properties): boolean {
  return !type.startsWith('AWS::IAM::') && JSON.stringify(old.properties) === JSON.stringify(properties);
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
