/**
 * Options of the S3 client for a server on this machine: bytes that no wire can change need no checksum, which would be a tenth of
 * the time of an upload at either end, and no round trip that asks for leave to send them.
 */
export const NO_WIRE = { requestChecksumCalculation: 'WHEN_REQUIRED', expectContinueHeader: false } as const;

/** Whether a server at this URL can only be one on this machine. */
export function isOnThisMachine(endpoint: string | undefined): boolean {
  if (endpoint === undefined || !URL.canParse(endpoint)) return false;
  const { hostname } = new URL(endpoint);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
