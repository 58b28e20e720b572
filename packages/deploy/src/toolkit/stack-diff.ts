import type { Toolkit } from '@aws-cdk/toolkit-lib';

/** What the toolkit says of a template beside the one that is deployed. */
type TemplateDiff = Awaited<ReturnType<Toolkit['diff']>>[string];

/** What becomes of a resource. `replace`: another one takes its place; `keep`: it leaves the stack and stays. */
export type ResourceFate = 'add' | 'update' | 'replace' | 'may-replace' | 'remove' | 'keep';

/** A resource that a deployment would change. */
export interface ResourceChange {
  readonly fate: ResourceFate;
  readonly logicalId: string;
  readonly type: string;
  /** Properties that change; empty for one that comes or goes. */
  readonly properties: readonly string[];
}

/** What a deployment would change. */
export interface StackDiff {
  readonly changes: readonly ResourceChange[];
  /** Outputs, parameters and all else of the template, by name. */
  readonly others: readonly string[];
  /** Whether somebody may do more than before. */
  readonly permissionsBroadened: boolean;
}

/** The impacts that the toolkit tells, in our words; what is not here changes nothing. */
const FATES: Readonly<Record<string, ResourceFate>> = {
  WILL_CREATE: 'add',
  WILL_IMPORT: 'add',
  WILL_UPDATE: 'update',
  WILL_REPLACE: 'replace',
  MAY_REPLACE: 'may-replace',
  WILL_DESTROY: 'remove',
  WILL_ORPHAN: 'keep',
};

/** The toolkit's difference as plain values. */
export function stackDiffOf(diff: TemplateDiff): StackDiff {
  const changes: ResourceChange[] = [];
  diff.resources.forEachDifference((logicalId, change) => {
    const fate = FATES[change.changeImpact];
    if (fate === undefined) return;
    const type = change.newResourceType ?? change.oldResourceType ?? '';
    const updates =
      fate === 'add' || fate === 'remove' || fate === 'keep' ? {} : { ...change.propertyUpdates, ...change.otherChanges };
    changes.push({ fate, logicalId, type, properties: Object.keys(updates) });
  });
  const others: string[] = [];
  const collect = (kind: string) => (name: string) => void others.push(`${kind} ${name}`);
  diff.outputs.forEachDifference(collect('output'));
  diff.parameters.forEachDifference(collect('parameter'));
  diff.conditions.forEachDifference(collect('condition'));
  diff.mappings.forEachDifference(collect('mapping'));
  diff.unknown.forEachDifference(collect('section'));
  if (diff.description?.isDifferent) others.push('description');
  return { changes, others, permissionsBroadened: diff.permissionsBroadened };
}
