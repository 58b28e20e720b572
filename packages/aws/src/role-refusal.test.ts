import { expect, test } from 'vitest';
import { isRoleRefusal } from './role-refusal.ts';

const ROLE = 'arn:aws:iam::123456789012:role/Batch';

test.each([
  `Could not assume the provided role ${ROLE}. Check that it exists and trusts bedrock.amazonaws.com.`,
  'The provided IAM role does not have access to the S3 bucket.',
  `Role: ${ROLE} is invalid or cannot be assumed`,
])('%s', (message) => expect(isRoleRefusal(message)).toBe(true));

test.each([
  `User: arn:aws:sts::123456789012:assumed-role/Admin/me is not authorized to perform: iam:PassRole on resource: ${ROLE}`,
  `User: ${ROLE} is not authorized to perform: bedrock:CreateModelInvocationJob because no role-based policy allows it`,
  'Cross-account pass role is not allowed.',
  `1 validation error detected: Value '${ROLE}' is too long`,
  "You don't have access to the model with the specified model ID.",
])('is none: %s', (message) => expect(isRoleRefusal(message)).toBe(false));
