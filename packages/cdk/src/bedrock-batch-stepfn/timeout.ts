import { Duration, Token } from 'aws-cdk-lib';

/** Bedrock's bounds of `timeoutDurationInHours` (API reference of CreateModelInvocationJob, 2026-11). */
const fewestHours = 24;
const mostHours = 168;
const minutesInHour = 60;

/** The hours of a job's timeout; throws when Bedrock would refuse them. */
export function timeoutHours(timeout: Duration = Duration.hours(48)): number {
  if (timeout.isUnresolved() || Token.isUnresolved(timeout)) {
    throw new Error(
      'timeout must be known at synthesis, since the heartbeat of the task is computed from it; ' +
        'a token was given; give Duration.hours() a number between 24 and 168',
    );
  }
  const hours = timeout.toMinutes({ integral: false }) / minutesInHour;
  if (hours < fewestHours || hours > mostHours) {
    throw new Error('Timeout must be between 24 hours and 1 week (168 hours).');
  }
  if (!Number.isInteger(hours)) {
    throw new Error(
      `timeout must be a whole number of hours, as Bedrock counts it; ${timeout.toString()} was given; ` +
        `give ${Math.floor(hours)} or ${Math.ceil(hours)} hours`,
    );
  }
  return hours;
}
