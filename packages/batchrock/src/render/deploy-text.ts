import type { DeployedResource, DeployStep, ResourceChange, StackDiff } from '@batchrock/deploy';

/** A step of a deployment on one line; undefined for one that only `-v` shows. */
export function renderStep(step: DeployStep, isVerbose: boolean): string | undefined {
  if (step.kind !== 'resource') return step.text;
  // a beginning tells little: an end follows, or a failure that says why
  if (!isVerbose && step.status.endsWith('_IN_PROGRESS')) return undefined;
  const count = step.total === undefined ? `${step.done}` : `${step.done}/${step.total}`;
  const reason = step.reason === undefined || step.reason === '' ? '' : `: ${step.reason.replace(/\s*\n\s*/g, ' ')}`;
  return `${count} ${step.status} ${step.type} ${step.name}${reason}`;
}

/** Signs of what becomes of a resource, as diffs have them. */
const SIGNS: Readonly<Record<ResourceChange['fate'], string>> = {
  add: '+',
  update: '~',
  replace: '!',
  'may-replace': '?',
  remove: '-',
  keep: '=',
};

/** What the signs of a difference mean. */
export const DIFF_SIGNS =
  '+ new  ~ changed  ! another takes its place  ? perhaps another  - removed  = leaves the stack, and stays';

/** What a deployment would change, a line each. */
export function renderDiff(diff: StackDiff): readonly string[] {
  const lines = diff.changes.map(({ fate, type, logicalId, properties }) => {
    const which = properties.length === 0 ? '' : `  ${properties.join(', ')}`;
    return `${SIGNS[fate]} ${type}  ${logicalId}${which}`;
  });
  const others = diff.others.map((name) => `~ ${name}`);
  return [...lines, ...others];
}

/** What goes and what stays when a stack is removed, as `--json` tells it. */
export interface Removal {
  readonly kept: readonly { readonly type: string; readonly name: string | null }[];
  readonly removed: Readonly<Record<string, number>>;
}

/** Resources by whether they stay, and those that go counted by their type. */
export function removalOf(resources: readonly DeployedResource[]): Removal {
  const removed: Record<string, number> = {};
  for (const { type, isKept } of resources) if (!isKept) removed[type] = (removed[type] ?? 0) + 1;
  const kept = resources.filter(({ isKept }) => isKept).map(({ type, name }) => ({ type, name: name ?? null }));
  return { kept, removed };
}

/** What the kept resources hold. */
const HOLDS: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'datasets, prompts, runs and results',
  'AWS::DynamoDB::Table': 'the state of the runs',
};

/** The same in words. */
export function renderRemoval({ kept, removed }: Removal): readonly string[] {
  const stays = kept.map(({ type, name }) => {
    const holds = HOLDS[type];
    return `  stays  ${type} ${name ?? '(never made)'}${holds === undefined ? '' : `: ${holds}`}`;
  });
  const types = Object.entries(removed).sort(([, a], [, b]) => b - a);
  const goes = types.map(([type, count]) => {
    const logs = type === 'AWS::Logs::LogGroup' ? ', with the logs in them' : '';
    return `  goes   ${count} ${type}${logs}`;
  });
  return [...stays, ...goes];
}
