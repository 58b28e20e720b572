/** The namespace of the event handler's metrics in CloudWatch. */
export const metricNamespace = 'Batchrock/BedrockBatchSfn';
