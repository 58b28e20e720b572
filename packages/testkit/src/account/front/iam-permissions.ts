import { type Permission, permission } from '../judge/index.ts';
import type { Naming } from './call.ts';

/** What a call of IAM needs, by the role, policy or principal that its form names. Attaching is asked of whoever gets the policy. */
export const iamPermissions: Naming = (request, { partition, account }) => {
  const form = new URLSearchParams(request.body.toString());
  const action = form.get('Action') ?? '';
  const arn = (kind: string, name: string): string => `arn:${partition}:iam::${account}:${kind}/${name}`;
  const named =
    form.get('PolicySourceArn') ??
    given(form.get('RoleName'), (name) => arn('role', name)) ??
    given(form.get('UserName'), (name) => arn('user', name)) ??
    given(form.get('GroupName'), (name) => arn('group', name)) ??
    form.get('PolicyArn') ??
    given(form.get('PolicyName'), (name) => arn('policy', name));
  if (action === '' || named === undefined) return [];
  const attached = form.get('PolicyArn');
  const context: Permission['context'] = /^(At|De)tach/.test(action) && attached !== null ? { 'iam:PolicyARN': attached } : {};
  return [permission(`iam:${action}`, named, context), ...tagging(form, action, named)];
};

/** What is made with tags has to be allowed to be tagged. */
function tagging(form: URLSearchParams, action: string, resource: string): readonly Permission[] {
  const keys = [...form].filter(([name]) => /^Tags\.member\.\d+\.Key$/.test(name)).map(([, key]) => key);
  const kind = /^Create(Role|Policy)$/.exec(action)?.[1];
  return keys.length === 0 || kind === undefined ? [] : [permission(`iam:Tag${kind}`, resource, { 'aws:TagKeys': keys })];
}

function given(name: string | null, make: (name: string) => string): string | undefined {
  return name === null ? undefined : make(name);
}
