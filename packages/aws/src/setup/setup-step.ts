/** What is done to one thing of an account. */
export type SetupChange = 'create' | 'update' | 'none' | 'remove' | 'keep';

/** One thing that runs need, how it stands, and how it becomes what it should be. */
export interface SetupStep {
  readonly resource: 'bucket' | 'role' | 'policy';
  readonly name: string;
  readonly change: SetupChange;
  /** What of it is made, changed or left, and why. */
  readonly settings: readonly SetupSetting[];
  /** Does it; nothing to do where `change` is `none` or `keep`. Throws what the service refuses. */
  apply(): Promise<void>;
}

export interface SetupSetting {
  /** Such as `encryption`, or the name of a statement. */
  readonly name: string;
  /** As it is; absent: not there. */
  readonly before?: unknown;
  /** As it is to be; absent: not to be there. */
  readonly after?: unknown;
}

/** The tag of all that `setup` has made; nothing without it is ever removed. */
export const SETUP_TAG = { Key: 'batchrock', Value: 'setup' } as const;

/** Whether `setup` has made what has these tags. */
export function hasSetupTag(tags: readonly { readonly Key?: string; readonly Value?: string }[] | undefined): boolean {
  return tags?.some(({ Key, Value }) => Key === SETUP_TAG.Key && Value === SETUP_TAG.Value) ?? false;
}

/** What stays as it is, and why. */
export function atRest(
  { resource, name }: Pick<SetupStep, 'resource' | 'name'>,
  change: 'none' | 'keep',
  ...reasons: readonly string[]
): SetupStep {
  return { resource, name, change, settings: reasons.map((reason) => ({ name: reason })), apply: async () => undefined };
}

/** What a call gives, or undefined where the service says that there is none by one of these names of errors. */
export async function orNone<T>(call: Promise<T>, ...none: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && none.includes(error.name)) return undefined;
    throw error;
  }
}
