import { VERSION } from '../version.ts';

/** What the package of deployments exports. */
export type DeployPackage = typeof import('@batchrock/deploy');

/**
 * The package that deploys. It is not among the dependencies, since it brings the CDK, thirty times of all else. Throws
 * `BR-E0217` with the command that installs it where it is not there.
 */
export async function loadDeployPackage(command: string): Promise<DeployPackage> {
  try {
    return await import('@batchrock/deploy');
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { StateError } = await import('@batchrock/core');
    throw new StateError('BR-E0217', `batchrock ${command} needs the package @batchrock/deploy, which is not installed`, {
      hint: `npm install @batchrock/deploy@${VERSION}, or once: npx -p batchrock@${VERSION} -p @batchrock/deploy@${VERSION} batchrock ${command}`,
      cause: error,
    });
  }
}

/** Only that package itself: one that it needs and that is not there is another matter. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return false;
  return /Cannot find package '@batchrock\/deploy'/.test(error.message);
}
