/** Who refuses here is IAM, and whom it refuses is the caller: nothing of the role that is passed. */
const OF_THE_CALLER = /is not authorized to perform|pass ?role/i;

/**
 * Whether a refusal speaks of the role that the service was to take on. AWS documents no message for it (2026-11), and names the
 * caller's own role by its ARN in others: the word must stand outside of any.
 */
export function isRoleRefusal(message: string): boolean {
  return !OF_THE_CALLER.test(message) && /\brole\b/i.test(message.replace(/\barn:\S+/g, ''));
}
