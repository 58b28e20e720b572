import { type Check, type Finding, findingOf } from '@batchrock/aws/doctor';

/** What came of one check. */
export interface CheckResult extends Finding {
  readonly id: string;
  /** The Region that it is about, where several are looked at. */
  readonly region?: string;
}

/** Makes checks one after another. One whose needs were not met is not made, and says which. */
export async function* runChecks(checks: readonly Check[], signal: AbortSignal): AsyncIterable<CheckResult> {
  const broken = new Map<string, string>();
  for (const { id, region, needs, look } of checks) {
    signal.throwIfAborted();
    const head = { id, ...(region !== undefined && { region }) };
    const own = keyOf(id, region);
    // what it needs is of its Region, or of none; and may itself have been left out for another
    const causes = needs.flatMap((each) => [keyOf(each, region), keyOf(each)]).flatMap((each) => broken.get(each) ?? []);
    const [cause] = causes;
    if (cause !== undefined) {
      broken.set(own, cause);
      yield { ...head, state: 'skipped', message: `not looked at, because of ${cause}` };
      continue;
    }
    const finding = await look().catch(findingOf);
    if (finding.state === 'fail') broken.set(own, id);
    yield { ...head, ...finding };
  }
}

function keyOf(id: string, region = ''): string {
  return `${id} ${region}`;
}
