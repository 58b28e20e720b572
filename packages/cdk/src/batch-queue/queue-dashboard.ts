import { aws_cloudwatch as cloudwatch, Duration, type aws_lambda as lambda, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WorkQueue } from '../engine/work-queue';
import type { FileFunctions } from './file-functions';
import type { FileQueues } from './queue-alarms';

/** What is shown. */
export interface QueueDashboardProps {
  readonly functions: FileFunctions;
  readonly queues: FileQueues;
  readonly bucketName: string;
  readonly alarms: cloudwatch.IAlarm[];
}

const metricName = 'Files';

/** The statuses that a file comes to, in the order of its life. */
const statuses = ['Pending', 'InProgress', 'Paused', 'Completed', 'PartiallyCompleted', 'Failed', 'Cancelled'];

const period = Duration.minutes(5);
const half = 12;

/** Files by the status that they came to, the queues, the functions and the alarms on one page. */
export class QueueDashboard extends cloudwatch.Dashboard {
  public constructor(scope: Construct, id: string, props: QueueDashboardProps) {
    super(scope, id, { defaultInterval: Duration.days(1) });
    const { functions, queues } = props;
    const namespace = `Batchrock/BatchQueue/${props.bucketName}`;
    for (const each of functions.all) countFiles(each, namespace);
    this.addWidgets(
      new cloudwatch.GraphWidget({
        title: 'Files, by the status they came to',
        left: filesByStatus(namespace),
        width: half,
      }),
      new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: props.alarms, width: half }),
    );
    this.addWidgets(
      graph('Messages that wait', queues, ({ queue }, label) =>
        queue.metricApproximateNumberOfMessagesVisible({ label, period }),
      ),
      graph('Age of the oldest message, in seconds', queues, ({ queue }, label) =>
        queue.metricApproximateAgeOfOldestMessage({ label, period }),
      ),
    );
    this.addWidgets(
      new cloudwatch.GraphWidget({
        title: 'Errors of functions',
        left: functionMetrics(functions, (each, label) => each.metricErrors({ label, period })),
        width: half,
      }),
      new cloudwatch.GraphWidget({
        title: 'Duration of functions, the longest',
        left: functionMetrics(functions, (each, label) =>
          each.metricDuration({ label, period, statistic: cloudwatch.Stats.MAXIMUM }),
        ),
        width: half,
      }),
    );
    this.addWidgets(
      graph('Dead letters', queues, ({ deadLetters }, label) =>
        deadLetters.metricApproximateNumberOfMessagesVisible({ label, period }),
      ),
    );
  }
}

/** A line of the log says that a file came to a status. The queue is no word of such a line, so each has a namespace of its own. */
function countFiles(worker: lambda.Function, metricNamespace: string): void {
  new logs.MetricFilter(worker, 'Files', {
    logGroup: worker.logGroup,
    filterPattern: logs.FilterPattern.all(
      logs.FilterPattern.stringValue('$.message', '=', 'file'),
      logs.FilterPattern.exists('$.status'),
    ),
    metricNamespace,
    metricName,
    metricValue: '1',
    dimensions: { Status: '$.status' },
  });
}

function filesByStatus(namespace: string): cloudwatch.IMetric[] {
  return statuses.map(
    (status) =>
      new cloudwatch.Metric({
        namespace,
        metricName,
        dimensionsMap: { Status: status },
        statistic: cloudwatch.Stats.SUM,
        label: status,
        period,
      }),
  );
}

function graph(title: string, queues: FileQueues, metric: (queue: WorkQueue, label: string) => cloudwatch.IMetric) {
  const entries = Object.entries(queues as unknown as Record<string, WorkQueue>);
  return new cloudwatch.GraphWidget({ title, left: entries.map(([name, queue]) => metric(queue, name)), width: half });
}

function functionMetrics(functions: FileFunctions, metric: (worker: lambda.Function, label: string) => cloudwatch.IMetric) {
  return functions.all.map((each) => metric(each, each.node.id));
}
