import type { Check } from '@batchrock/aws/doctor';

/** Checks, from the most basic to the most specific. `close` it. */
export interface Doctor {
  /** Where runs would go; undefined where the settings do not say. */
  readonly target: string | undefined;
  readonly checks: readonly Check[];
  close(): void;
}
