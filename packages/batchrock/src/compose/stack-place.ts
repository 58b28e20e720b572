import { InputError } from '@batchrock/core';
import { checkedUrl } from './target.ts';

/** A stack as the caller names it. What is absent comes from the environment. */
export interface StackOptions {
  /** Name or ARN of the stack of an orchestrator; default: `BATCHROCK_STACK`, else the runs are this machine's. */
  readonly stack?: string;
  readonly region?: string;
  /** Profile of the AWS configuration files. */
  readonly profile?: string;
  /** One server for every service, in place of AWS. */
  readonly endpointUrl?: string;
}

/** Where a stack is looked for. */
export interface StackPlace {
  readonly name: string;
  readonly region: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** As CloudFormation takes them (API reference of CreateStack, 2026-11). */
const NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;
const ARN = /^arn:aws[a-z-]*:cloudformation:([a-z0-9-]+):\d{12}:stack\/[a-zA-Z][-a-zA-Z0-9]{0,127}\/[-0-9a-f]+$/;

/**
 * The stack that is meant; undefined where none is named: then the runs are this machine's. Throws `BR-E0120` for what is no name
 * of a stack, `BR-E0112` without a Region.
 */
export function stackPlaceOf(options: StackOptions, env: Readonly<Record<string, string | undefined>>): StackPlace | undefined {
  const name = options.stack ?? given(env['BATCHROCK_STACK']);
  if (name === undefined) return undefined;
  const arn = ARN.exec(name);
  if (arn === null && !NAME.test(name)) {
    throw new InputError(
      'BR-E0120',
      `--stack is ${JSON.stringify(name)}; allowed: the name of a stack, a letter and then letters, digits and hyphens, or its ARN`,
      { details: { option: 'stack', value: name } },
    );
  }
  const region = options.region ?? arn?.[1] ?? given(env['AWS_REGION']) ?? given(env['AWS_DEFAULT_REGION']);
  if (region === undefined) {
    throw new InputError('BR-E0112', `stack ${name} is given, and no Region`, { hint: 'give --region NAME or set AWS_REGION' });
  }
  const profile = options.profile ?? given(env['AWS_PROFILE']);
  const endpointUrl = options.endpointUrl ?? given(env['BATCHROCK_ENDPOINT_URL']);
  return {
    name,
    region,
    ...(profile !== undefined && { profile }),
    ...(endpointUrl !== undefined && { endpointUrl: checkedUrl(endpointUrl) }),
  };
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
