import { type Check, type Finding, findingOf } from '@batchrock/aws/doctor';

/** What came of one check. */
export interface CheckResult extends Finding {
  readonly id: string;
}

/** Makes checks one after another. One whose needs were not met is not made, and says which. */
export async function* runChecks(checks: readonly Check[], signal: AbortSignal): AsyncIterable<CheckResult> {
  const broken = new Map<string, string>();
  for (const { id, needs, look } of checks) {
    signal.throwIfAborted();
    const unmet = needs.find((each) => broken.has(each));
    if (unmet !== undefined) {
      // what it needs may itself have been left out for another
      const cause = broken.get(unmet) as string;
      broken.set(id, cause);
      yield { id, state: 'skipped', message: `not looked at, because of ${cause}` };
      continue;
    }
    const finding = await look().catch(findingOf);
    if (finding.state === 'fail') broken.set(id, id);
    yield { id, ...finding };
  }
}
