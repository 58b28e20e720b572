import { seededRandom } from '../../memory/index.ts';
import { type FrontRequest, isObject, jsonBody } from './call.ts';
import { targetAction } from './permissions.ts';

/** What goes wrong with the tables of the account. */
export interface TableFaults {
  /**
   * That share of the calls of roles, or of those whose ARN holds a word, is refused because too much is asked, before anything of
   * them is done; 0: none.
   */
  throttle(share: number, roles?: string): void;
  /** Calls that were refused so. */
  readonly throttled: number;
}

/** A refusal of DynamoDB, as it writes them. */
export interface TableRefusal {
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Faults of tables, as the front sees them. */
export interface TableDesk {
  readonly faults: TableFaults;
  /** The refusal of a call; undefined for one that is carried out. */
  refusalOf(request: FrontRequest, roleArn: string): TableRefusal | undefined;
}

/** Tables without faults. Which calls a share strikes is drawn from a seed. */
export function createTableDesk(): TableDesk {
  const random = seededRandom(18);
  let share = 0;
  let roles = '';
  let throttled = 0;
  return {
    faults: {
      throttle(next, nextRoles = '') {
        share = next;
        roles = nextRoles;
      },
      get throttled() {
        return throttled;
      },
    },
    refusalOf(request, roleArn) {
      if (share === 0 || !roleArn.includes(roles) || random.next() >= share) return undefined;
      throttled += 1;
      return targetAction(request) === 'TransactWriteItems' ? cancelled(request) : tooMuch();
    },
  };
}

/** What a single call is told (DynamoDB Developer Guide, "Error handling", 2026-11). */
function tooMuch(): TableRefusal {
  const message =
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level';
  return { type: 'ProvisionedThroughputExceededException', body: { message } };
}

/** A transaction is told of each of its items: here, that the first was too much (API reference of TransactWriteItems, 2026-11). */
function cancelled(request: FrontRequest): TableRefusal {
  const items = jsonBody(request)['TransactItems'];
  const count = Array.isArray(items) ? items.filter(isObject).length : 1;
  const reasons = Array.from({ length: count }, (_, i) =>
    i === 0
      ? { Code: 'ThrottlingError', Message: 'Throughput exceeds the current capacity of your table or index' }
      : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return {
    type: 'TransactionCanceledException',
    body: {
      Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
      CancellationReasons: reasons,
    },
  };
}
