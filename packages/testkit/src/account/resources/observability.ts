import { CreateLogGroupCommand, PutMetricFilterCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { isRecord } from '../template/index.ts';
import { arnOf, type Maker, physicalName } from './making.ts';
import { numberOf, recordsOf, refuse, requiredText, textOf } from './properties.ts';

/** `AWS::Logs::LogGroup`, on moto. */
export const makeLogGroup: Maker = async (making) => {
  const { logs } = making.account.clients;
  const name = textOf(making.properties['LogGroupName']) ?? physicalName(making, 512);
  await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
  const days = numberOf(making.properties['RetentionInDays']);
  if (days !== undefined) await logs.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: days }));
  return { ref: name, attributes: { Arn: `${arnOf(making, 'logs', `log-group:${name}`)}:*` } };
};

/** `AWS::Logs::MetricFilter`, on moto, which looks whether it is one. Nothing is counted here. */
export const makeMetricFilter: Maker = async (making) => {
  const { properties, account } = making;
  const name = textOf(properties['FilterName']) ?? physicalName(making, 512);
  const metricTransformations = recordsOf(properties['MetricTransformations']).map((each) => ({
    metricNamespace: requiredText(each, 'MetricNamespace'),
    metricName: requiredText(each, 'MetricName'),
    metricValue: requiredText(each, 'MetricValue'),
    dimensions: Object.fromEntries(
      recordsOf(each['Dimensions']).map((one) => [requiredText(one, 'Key'), requiredText(one, 'Value')]),
    ),
  }));
  const logGroupName = requiredText(properties, 'LogGroupName');
  const filterPattern = requiredText(properties, 'FilterPattern');
  await account.clients.logs.send(
    new PutMetricFilterCommand({ filterName: name, logGroupName, filterPattern, metricTransformations }),
  );
  return { ref: name, attributes: {} };
};

/** `AWS::CloudWatch::Alarm` on one metric: kept, and looked at when a test asks. */
export const makeAlarm: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'DatapointsToAlarm', 'Metrics', 'ThresholdMetricId');
  const name = textOf(properties['AlarmName']) ?? physicalName(making, 255);
  account.alarms.set(name, {
    name,
    namespace: requiredText(properties, 'Namespace'),
    metric: requiredText(properties, 'MetricName'),
    dimensions: Object.fromEntries(
      recordsOf(properties['Dimensions']).map((each) => [requiredText(each, 'Name'), requiredText(each, 'Value')]),
    ),
    threshold: Number(requiredText(properties, 'Threshold')),
    periodSeconds: Number(requiredText(properties, 'Period')),
    evaluationPeriods: Number(requiredText(properties, 'EvaluationPeriods')),
  });
  return { ref: name, attributes: { Arn: arnOf(making, 'cloudwatch', `alarm:${name}`) } };
};

/** `AWS::CloudWatch::Dashboard`: its name, once its body is such as PutDashboard takes: JSON with a list of widgets. */
export const makeDashboard: Maker = async (making) => {
  const name = textOf(making.properties['DashboardName']) ?? physicalName(making, 255);
  const body: unknown = JSON.parse(requiredText(making.properties, 'DashboardBody'));
  if (!isRecord(body) || !Array.isArray(body['widgets'])) throw new Error(`the dashboard ${name} has no list of "widgets"`);
  return { ref: name, attributes: {} };
};
