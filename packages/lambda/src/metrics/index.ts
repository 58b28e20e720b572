export { createMetrics, METRIC_NAMESPACE, type MetricName, type Metrics } from './metrics.ts';
