import {
  type Check,
  type Finding,
  fail,
  lookAtDeadLetters,
  lookAtTable,
  ok,
  openServiceChecks,
  type ServiceQuestion,
  warn,
} from '@batchrock/aws/doctor';
import { createDynamoLedger } from '@batchrock/aws/dynamodb';
import { describeStack } from '@batchrock/aws/stack';
import { ledgerKeys } from '@batchrock/core';
import { orchestratorOf } from '../compose/orchestrator-stack.ts';
import type { StackPlace } from '../compose/stack-place.ts';
import { nodeClock, nodeRandom } from '../node/index.ts';
import type { Doctor } from './doctor.ts';

/** What is looked at beside the stack. */
export interface StackQuestion extends Pick<ServiceQuestion, 'model' | 'known'> {
  /** The checks of this machine, which come first. */
  readonly own: readonly Check[];
  readonly signal: AbortSignal;
}

/** The checks where the functions of a stack drive runs: bucket, role and jobs are theirs, and what a caller needs is the stack. */
export function openStackDoctor(place: StackPlace, { own, model, known, signal }: StackQuestion): Doctor {
  const { name, region, profile, endpointUrl } = place;
  const connection = {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  };
  let table: string | undefined;
  const isOwn = async (jobName: string): Promise<boolean> => {
    if (table === undefined) return false;
    const ledger = createDynamoLedger({ ...connection, table, clock: nodeClock, random: nodeRandom });
    try {
      return (await ledger.get(ledgerKeys.name(jobName), { signal })) !== undefined;
    } finally {
      ledger.destroy();
    }
  };
  const asked = {
    connection,
    region,
    isOwn,
    ...(model === undefined ? {} : { model }),
    ...(known === undefined ? {} : { known }),
  };
  const services = openServiceChecks(asked, { signal });
  const lookAtStack = async (): Promise<Finding> => {
    const told = await describeStack(connection, name, { signal });
    const stack = orchestratorOf(told, place);
    table = stack.table;
    return judgeStack(name, told?.status ?? '');
  };
  const target = `stack ${name} in ${region}`;
  return {
    target,
    checks: [
      ...own,
      { id: 'settings', needs: [], look: async () => ok(`runs go to ${target}`) },
      ...services.identity,
      { id: 'stack', needs: ['identity'], look: lookAtStack },
      { id: 'table', needs: ['stack'], look: () => lookAtTable(connection, table ?? '', { signal }) },
      { id: 'dead-letters', needs: ['stack'], look: () => lookAtDeadLetters(connection, name, { signal }) },
      ...services.model,
    ],
    close: services.close,
  };
}

/** How a stack stands by its status (API reference of CloudFormation, 2026-11): one that was rolled back works as it did before. */
export function judgeStack(name: string, status: string): Finding {
  const console = `look at ${name} in the console of CloudFormation`;
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return ok(`${name} is ${status}`);
  if (/^UPDATE_ROLLBACK_COMPLETE$|_IN_PROGRESS$/.test(status) && !/^(CREATE|DELETE|ROLLBACK)_/.test(status)) {
    return warn(`${name} is ${status}`, console);
  }
  return fail(`${name} is ${status}`, console);
}
