/** Every key of an execution's input: those of the orchestrator that this one follows, then ours. */
export const INPUT_KEYS = [
  's3_uri',
  'dataset_id',
  'split',
  'job_name_prefix',
  'model_id',
  'prompt_id',
  'max_records_total',
  'max_num_jobs',
  'max_records_per_job',
  'max_records_per_batch',
  'config',
  'revision',
  'prompt',
  'system',
  'params',
  'schema',
  'family',
  'family_sha256',
  'text_column',
  'sample',
  'max_error_rate',
  'max_attempts',
  'dedupe',
  'slots',
  'timeout_hours',
  'results_format',
  'new',
] as const;

/** A key of an execution's input. */
export type InputKey = (typeof INPUT_KEYS)[number];
