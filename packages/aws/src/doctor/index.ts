export type { Check, CheckState, Finding } from './check.ts';
export { fail, findingOf, ok, skipped, warn } from './check.ts';
export type { AccountQuestion } from './checked-account.ts';
export { type AccountChecks, openAccountChecks } from './open-checks.ts';
