import { type Duration, Token } from 'aws-cdk-lib';
import { has, refuse, refuseText } from './kinds';

/** Bedrock's bounds of `timeoutDurationInHours` (API reference of CreateModelInvocationJob, 2026-11). */
const hoursOfJob = { from: 24, to: 168 };
const defaultHours = 24;

/** The hours of a job's timeout. Throws when Bedrock would refuse them. */
export function jobHours(name: string, timeout: Duration | undefined): number {
  if (timeout === undefined) return defaultHours;
  const wanted = `a whole number of hours from ${hoursOfJob.from} to ${hoursOfJob.to}, such as cdk.Duration.hours(48)`;
  if (!has(timeout, 'toMinutes')) refuse(name, timeout, wanted);
  if (Token.isUnresolved(timeout) || timeout.isUnresolved()) return refuseText(name, 'a token', wanted);
  const hours = timeout.toMinutes({ integral: false }) / 60;
  if (Number.isInteger(hours) && hours >= hoursOfJob.from && hours <= hoursOfJob.to) return hours;
  return refuseText(name, timeout.toString(), wanted);
}
