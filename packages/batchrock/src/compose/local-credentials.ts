/** Keys for a server that checks none. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'batchrock', secretAccessKey: 'batchrock' };

/** True when a profile or the environment names an identity, so that the SDK's chain is sure to find one. */
export function namesIdentity(profile: string | undefined, env: Readonly<Record<string, string | undefined>>): boolean {
  return profile !== undefined || (env['AWS_ACCESS_KEY_ID'] ?? '') !== '';
}
