/** Calls that change something: behind those that only read, nothing is different. */
const CHANGE = /^(before|after) (ledger\.commit|objects\.(create|remove)|service\.(create|stop)) /;

/** True for a moment of a call that changes something. */
export function isChange(moment: string): boolean {
  return CHANGE.test(moment);
}
