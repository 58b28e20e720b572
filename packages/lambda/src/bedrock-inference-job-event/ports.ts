import type { OutputStore } from '../answer/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import type { Metrics } from '../metrics/index.ts';
import type { Tasks } from '../task/index.ts';
import type { WaiterTable } from '../waiter/index.ts';

/** What looking at jobs needs. */
export interface EventPorts {
  readonly jobs: Jobs;
  readonly table: WaiterTable;
  readonly tasks: Tasks;
  readonly outputs: OutputStore;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => number;
  /** Roles of the constructs in this stack, by which jobs are known that the original construct made before an update. */
  readonly batchRoleArns: readonly string[];
}
