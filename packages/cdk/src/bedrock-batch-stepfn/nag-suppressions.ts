import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag that is meant, and why. */
export interface NagSuppression {
  readonly id: string;
  readonly reason: string;
}

/**
 * Tells cdk-nag, for those who run it, which findings at and below a construct are meant. It reads them from the metadata of
 * the resources, so that this package needs no cdk-nag.
 */
export function suppressNag(construct: IConstruct, suppressions: readonly NagSuppression[], types: readonly string[]): void {
  for (const child of construct.node.findAll()) {
    if (!CfnResource.isCfnResource(child) || !types.includes(child.cfnResourceType)) continue;
    const known = (child.getMetadata('cdk_nag') as { rules_to_suppress?: NagSuppression[] } | undefined)?.rules_to_suppress ?? [];
    child.addMetadata('cdk_nag', { rules_to_suppress: [...known, ...suppressions] });
  }
}
