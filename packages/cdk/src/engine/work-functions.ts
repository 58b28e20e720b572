import { Duration, type aws_lambda as lambda, type aws_logs as logs } from 'aws-cdk-lib';
import type { BundledFamily } from '../families/bundle-family';
import type { LogLevel } from '../functions/log-level';

/** What all functions of an engine are told. */
export interface WorkFunctionsProps {
  readonly environment: Record<string, string>;
  readonly families?: readonly BundledFamily[];
  readonly preprocessMemory?: number;
  readonly postprocessMemory?: number;
  readonly logRetention?: logs.RetentionDays;
  readonly logLevel?: LogLevel;
  readonly tracing?: lambda.Tracing;
}

/** How long a function may run; a queue of messages hides them by that of its function. */
export const kickTimeout = Duration.minutes(2);
export const longTimeout = Duration.minutes(15);
export const shortTimeout = Duration.minutes(5);

/** Regions whose new accounts get no more than this for a function; the default of the original orchestrator too. */
export const defaultWorkMemory = 3008;

/** For functions that hold no rows, only parts of a ledger. */
export const lightMemory = 512;
