import { type Judge, type Permission, type Place, type Principal, permission, type Verdict } from './judge/index.ts';
import type { OutgoingMessage, Queues } from './queues/index.ts';

/** What the rooms of the account ask before they do something for somebody. */
export interface Gate {
  /** Undefined where all of it is allowed, else the sentence of the refusal. */
  refusalOf(principal: Principal, permissions: readonly Permission[]): Promise<string | undefined>;
  /** Rejects unless the policy of a function lets a rule invoke it. */
  requireInvoke(functionArn: string, ruleArn: string): Promise<void>;
  /** Rejects unless a service may assume a role for a resource of the account. */
  requireTrust(service: string, roleArn: string, sourceArn: string): Promise<void>;
  /** Rejects unless a role may do all of it. */
  requireAll(roleArn: string, permissions: readonly Permission[]): Promise<void>;
  /** Sends a message, or rejects where the sender may not. */
  sendToQueue(sender: Principal, queueArn: string, message: OutgoingMessage): Promise<void>;
  /** Whether a function may write its log. One that may not runs all the same, as at the service. */
  judgeLog(roleArn: string, logGroup: string): Promise<void>;
  /** Whether a function may send its traces. */
  judgeTrace(roleArn: string): Promise<void>;
}

/** The gate of an account. */
export function createGate({
  judge,
  queues,
  place,
}: {
  readonly judge: Judge;
  readonly queues: Queues;
  readonly place: Place;
}): Gate {
  const refusalOf: Gate['refusalOf'] = async (principal, permissions) => {
    const verdicts: Verdict[] = [];
    for (const each of permissions) verdicts.push(await judge.judge(each.principal ?? principal, each));
    const refused = verdicts.find(({ allowed }) => !allowed);
    return refused && sentenceOf(refused);
  };
  const require = async (principal: Principal, ...needed: readonly Permission[]): Promise<void> => {
    const refusal = await refusalOf(principal, needed);
    if (refusal !== undefined) throw Object.assign(new Error(refusal), { name: 'AccessDeniedException' });
  };
  return {
    refusalOf,
    requireInvoke: (functionArn, sourceArn) =>
      require({ kind: 'service', name: 'events.amazonaws.com', sourceArn }, permission('lambda:InvokeFunction', functionArn)),
    requireTrust: (name, roleArn, sourceArn) =>
      require({ kind: 'service', name, sourceArn }, permission('sts:AssumeRole', roleArn)),
    requireAll: (roleArn, permissions) => require({ kind: 'role', roleArn }, ...permissions),
    async sendToQueue(sender, queueArn, message) {
      await require(sender, permission('sqs:SendMessage', queueArn));
      queues.get(queueArn).send(message);
    },
    async judgeTrace(roleArn) {
      for (const action of ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']) {
        await judge.judge({ kind: 'role', roleArn }, permission(action, '*'));
      }
    },
    async judgeLog(roleArn, logGroup) {
      const stream = `arn:${place.partition}:logs:${place.region}:${place.account}:log-group:${logGroup}:log-stream:stream`;
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
        await judge.judge({ kind: 'role', roleArn }, permission(action, stream));
      }
    },
  };
}

function sentenceOf({ principal, action, resource, reason }: Verdict): string {
  const who = principal.kind === 'role' ? principal.roleArn : principal.name;
  return `${who} is not authorized to perform ${action} on ${resource}: ${reason}`;
}
