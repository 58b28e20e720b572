import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { translateError } from '../translate-error.ts';
import { type Check, fail, findingOf, ok, warn } from './check.ts';
import type { CheckedAccount } from './checked-account.ts';

/** A signature holds for five minutes (IAM User Guide, "Signature Version 4", 2026-11). */
const MOST_SKEW_MS = 5 * 60_000;
/** More than an answer takes, and than a clock that is kept wanders. */
const NOTED_SKEW_MS = 30_000;
/** A session that ends sooner may end within a run. */
const SOON_MS = 60 * 60_000;

interface Answer {
  /** Milliseconds that this machine's clock is ahead of the service's; undefined where no answer had a date. */
  readonly aheadMs?: number;
  readonly error?: unknown;
}

/** Keys, the way to the account, the clock, and who is there. */
export function identityChecks(account: CheckedAccount): readonly Check[] {
  const { sts } = account.clients;
  let asked: Promise<Answer> | undefined;
  const answer = (): Promise<Answer> => (asked ??= askWho(account, sts));
  return [
    { id: 'keys', needs: [], look: () => lookAtKeys(sts) },
    {
      id: 'endpoint',
      needs: ['keys'],
      async look() {
        const { error } = await answer();
        const { endpoint } = account.question.connection;
        const translated = error === undefined ? undefined : translateError(error, 'GetCallerIdentity');
        if (translated?.code === 'BR-E0506') {
          const remedy = endpoint === undefined ? 'check the name of the Region, the network and its proxy' : translated.hint;
          return fail(`${endpoint ?? `STS in ${account.question.region}`} cannot be reached: ${translated.message}`, remedy);
        }
        return ok(`${endpoint ?? `AWS in ${account.question.region}`} answers`);
      },
    },
    {
      id: 'clock',
      needs: ['endpoint'],
      async look() {
        const { aheadMs } = await answer();
        if (aheadMs === undefined) return warn('the server does not say what time it is');
        const told = `this machine's clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} the service's`;
        const remedy = 'set the clock: timedatectl set-ntp true';
        if (Math.abs(aheadMs) > MOST_SKEW_MS) return fail(`${told}: signatures hold for 5 minutes`, remedy);
        return Math.abs(aheadMs) > NOTED_SKEW_MS ? warn(told, remedy) : ok('agrees with the service’s');
      },
    },
    {
      id: 'identity',
      needs: ['clock'],
      async look() {
        const { error } = await answer();
        if (error !== undefined) return findingOf(translateError(error, 'GetCallerIdentity', 'check AWS_PROFILE and its keys'));
        return ok(`${account.shared.identity?.arn}`);
      },
    },
  ];
}

async function lookAtKeys(sts: STSClient) {
  try {
    const { accessKeyId, expiration } = await sts.config.credentials();
    const leftMs = expiration === undefined ? undefined : expiration.getTime() - Date.now();
    const of = `${accessKeyId.slice(0, 4)}…`;
    if (leftMs === undefined) return ok(`found (${of})`);
    const at = expiration?.toISOString();
    const remedy = 'renew the session, such as with aws sso login';
    if (leftMs <= 0) return fail(`the keys ${of} expired at ${at}`, remedy);
    return leftMs < SOON_MS
      ? warn(`the keys ${of} expire at ${at}, maybe within a run`, remedy)
      : ok(`found (${of}), until ${at}`);
  } catch (error) {
    return findingOf(translateError(error, 'no keys are found'));
  }
}

/** Asks once who calls, and takes the time from whatever answers: an error has a date too. */
async function askWho(account: CheckedAccount, sts: STSClient): Promise<Answer> {
  let aheadMs: number | undefined;
  const command = new GetCallerIdentityCommand({});
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const date = Date.parse(dateOf(result.response) ?? '');
      // of the first answer: the SDK mends its clock by it, and asks again
      if (!Number.isNaN(date)) aheadMs ??= Date.now() - date;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteDate' },
  );
  const told = (): Pick<Answer, 'aheadMs'> => (aheadMs === undefined ? {} : { aheadMs });
  try {
    const { Account = '', Arn = '' } = await sts.send(command, { abortSignal: account.calls.signal });
    account.shared.identity = { account: Account, partition: Arn.split(':')[1] ?? 'aws', arn: Arn };
    return told();
  } catch (error) {
    return { ...told(), error };
  }
}

function dateOf(response: unknown): string | undefined {
  const { headers } = (response ?? {}) as { readonly headers?: Readonly<Record<string, string>> };
  return headers?.['date'];
}
