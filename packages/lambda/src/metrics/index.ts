export { createMetrics, type MetricName, type Metrics } from './metrics.ts';
