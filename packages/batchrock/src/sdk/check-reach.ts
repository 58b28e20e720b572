import { InputError, parseModelId } from '@batchrock/core';
import { askProfileModels } from '../compose/account-facts.ts';
import { listIn } from '../compose/job-settings.ts';
import { checkResidency } from '../compose/regions.ts';
import type { RunHome } from '../compose/run-home.ts';
import { regionsOf, type Target } from '../compose/target.ts';
import type { InspectingSession } from './found-question.ts';

/**
 * Throws `BR-E0120` for a profile that may send rows to Regions that they may not come to (`--residency`), as GetInferenceProfile tells
 * it, and what the service refuses where it does not tell. Nothing leaves the local Bedrock.
 */
export async function checkReach(
  session: InspectingSession,
  { target, model, signal }: { readonly target: Target; readonly model: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { residency } = target;
  const parsed = parseModelId(model);
  if (residency === undefined || target.kind === 'local' || 'problem' in parsed) return;
  if (parsed.kind !== 'profile' && parsed.kind !== 'application-profile') return;
  for (const region of regionsOf(target)) {
    const models = await askProfileModels({ ...target, region }, model, { ...session, ...(signal && { signal }) });
    // an ARN without a Region is that of a global profile: any Region
    const outside = models.map((arn) => arn.split(':')[3] ?? '').filter((reached) => !residency.includes(reached));
    if (outside.length === 0) continue;
    const where = outside.includes('') ? 'any Region' : [...new Set(outside)].join(', ');
    throw new InputError(
      'BR-E0120',
      `--residency is ${JSON.stringify(residency.join(','))}, and ${model} sends rows to ${where} too`,
      {
        hint: 'name a model or a profile that stays in these Regions, or add the others to --residency',
        details: { option: 'residency', value: residency.join(','), model },
      },
    );
  }
}

/** The same of a run that is there already, by where rows may come to now; default: as the settings say. Throws `BR-E0120`. */
export async function checkKept(
  session: InspectingSession,
  { target, document }: RunHome,
  asked: readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const residency = asked ?? listIn(session.env['BATCHROCK_RESIDENCY']);
  if (residency.length === 0) return;
  checkResidency([target, ...(target.elsewhere ?? [])], residency);
  await checkReach(session, { target: { ...target, residency }, model: document.model.modelId, signal });
}
