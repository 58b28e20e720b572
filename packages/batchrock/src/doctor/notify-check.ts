import { type Check, fail, ok } from '@batchrock/aws/doctor';
import { isBatchrockError } from '@batchrock/core';
import { nodeClock, nodeRandom } from '../node/index.ts';
import { deliver } from '../notify/deliver.ts';
import { testNotification } from '../notify/notification.ts';
import { type NotifyTarget, notifyTargets, settingTargets } from '../notify/target.ts';

/** What is asked about notifications. */
export interface NotifyQuestion {
  /** Whom a test goes to; empty: those of the settings. Default: nobody is sent one. */
  readonly asked?: readonly string[] | undefined;
  readonly profile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Whether those whom runs tell can be told: asked for, a test is sent. No check where runs tell nobody. */
export function notifyChecks({ asked, env, profile = env['AWS_PROFILE'], signal }: NotifyQuestion): readonly Check[] {
  const given = asked?.filter((each) => each !== '') ?? [];
  const setting = env['BATCHROCK_NOTIFY'] ?? '';
  if (asked === undefined && setting === '') return [];
  const look = async () => {
    const targets = given.length > 0 ? notifyTargets(given) : settingTargets(setting);
    if (targets.length === 0) return fail('nobody is named to be notified', 'give --notify TARGET, or set BATCHROCK_NOTIFY');
    const told = targets.map((each) => each.told).join(', ');
    if (asked === undefined) return ok(`runs tell ${told}; not tried: doctor --notify sends a test`);
    for (const target of targets) await tryOut(target, { env, profile: profile || undefined, signal });
    return ok(`a test was sent to ${told}`);
  };
  return [{ id: 'notify', needs: [], look }];
}

async function tryOut(target: NotifyTarget, o: Pick<NotifyQuestion, 'env' | 'profile' | 'signal'>): Promise<void> {
  const id = Math.floor(nodeRandom.next() * 1e9).toString(36);
  try {
    await deliver(target, testNotification(id, nodeClock.now()), { ...o, clock: nodeClock });
  } catch (error) {
    if (isBatchrockError(error)) error.message = `${target.told}: ${error.message}`;
    throw error;
  }
}
