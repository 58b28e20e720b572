export type { Check, CheckState, Finding } from './check.ts';
export { fail, findingOf, ok, skipped, warn } from './check.ts';
export type { AccountQuestion, ServiceQuestion } from './checked-account.ts';
export { lookAtDeadLetters } from './dead-letters-check.ts';
export { type AccountChecks, openAccountChecks, openServiceChecks } from './open-checks.ts';
export { lookAtTable } from './table-check.ts';
