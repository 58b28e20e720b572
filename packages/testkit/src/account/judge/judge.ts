import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import type { Permission, Place, Principal } from './permission.ts';
import { type PolicyDocument, type StatementUse, statementsOf } from './policy.ts';
import { createResourceKinds } from './resource-kind.ts';

/** What was decided of one permission, and why. */
export interface Verdict {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** The statements that allowed or denied it: `policy#n`. */
  readonly by: readonly string[];
  /** Why it was refused, in words. */
  readonly reason?: string;
}

/** IAM of the account on loopback: the roles and policies of the templates, and what was ever asked of them. */
export interface Judge {
  addRole(roleArn: string, trust: PolicyDocument): void;
  /** Attaches a policy to a role, in the place of one of its name. Throws where there is no such role. */
  attach(roleArn: string, policyName: string, document: PolicyDocument): void;
  /** Adds statements to the policy of a bucket, queue or function, by its ARN. */
  addResourcePolicy(resourceArn: string, document: PolicyDocument): void;
  /** Puts a policy of a resource in the place of the one that was put before; undefined: there is none any more. */
  putResourcePolicy(resourceArn: string, document: PolicyDocument | undefined): void;
  judge(principal: Principal, permission: Permission): Promise<Verdict>;
  /** What would be decided, by the policies of the principal alone; it is no request, and is not kept. */
  simulate(roleArn: string, permission: Permission): Promise<Pick<Verdict, 'allowed'>>;
  /** Whether there is a role of this ARN. */
  hasRole(roleArn: string): boolean;
  /** Everything that was asked so far, in order. */
  readonly verdicts: readonly Verdict[];
  /** The statements of roles that no allowed request has needed. */
  unusedStatements(): readonly StatementUse[];
}

interface Role {
  readonly trust: PolicyDocument;
  readonly policies: readonly { readonly name: string; readonly document: PolicyDocument }[];
}

/** Opens an account without roles: nothing is allowed until they are added. */
export function openJudge(place: Place): Judge {
  const roles = new Map<string, Role>();
  const resourcePolicies = new Map<string, PolicyDocument[]>();
  const putPolicies = new Map<string, PolicyDocument>();
  const verdicts: Verdict[] = [];
  const used = new Set<string>();

  /** What was decided under the policies of the moment: to compare a long ARN with the service's patterns takes 40 ms. */
  const decided = new Map<string, Promise<Decision>>();
  const kindOf = createResourceKinds();

  const decideOnce = (principal: Principal, permission: Permission): Promise<Decision> => {
    const { action, resource, context } = permission;
    const kind = kindOf(resource, [...identityPolicies(principal).map(({ document }) => document), ...policiesOn(resource)]);
    const question = JSON.stringify([principal, action, kind, context]);
    const known = decided.get(question);
    if (known !== undefined) return known;
    const decision = decide(principal, permission);
    decided.set(question, decision);
    return decision;
  };
  const decide = async (principal: Principal, permission: Permission): Promise<Decision> => {
    const { action, resource } = permission;
    if (principal.kind === 'role' && !roles.has(principal.roleArn)) {
      return { allowed: false, by: [], reason: `there is no role ${principal.roleArn}` };
    }
    const resourcePolicy = action === 'sts:AssumeRole' ? roles.get(resource)?.trust : merged(policiesOn(resource));
    const simulation: Simulation = {
      request: {
        principal: principal.kind === 'role' ? principal.roleArn : principal.name,
        action,
        resource: { resource, accountId: place.account },
        contextVariables: contextOf(place, principal, permission),
      },
      identityPolicies: identityPolicies(principal).map(({ name, document }) => ({ name, policy: document })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy }),
    };
    return simulate(simulation);
  };

  const identityPolicies = (principal: Principal): Role['policies'] =>
    principal.kind === 'role' ? (roles.get(principal.roleArn)?.policies ?? []) : [];
  const policiesOn = (resource: string): readonly PolicyDocument[] =>
    [...resourcePolicies, ...[...putPolicies].map(([arn, document]) => [arn, [document]] as const)].flatMap(([arn, documents]) =>
      resource === arn || resource.startsWith(`${arn}/`) || resource.startsWith(`${arn}:`) ? documents : [],
    );

  return {
    verdicts,
    addRole(roleArn, trust) {
      decided.clear();
      roles.set(roleArn, { trust, policies: [] });
    },
    attach(roleArn, name, document) {
      decided.clear();
      const role = roles.get(roleArn);
      if (role === undefined) throw new Error(`the policy ${name} is attached to ${roleArn}, which is no role of a template`);
      const others = role.policies.filter((policy) => policy.name !== name);
      roles.set(roleArn, { ...role, policies: [...others, { name, document }] });
    },
    addResourcePolicy(arn, document) {
      decided.clear();
      resourcePolicies.set(arn, [...(resourcePolicies.get(arn) ?? []), document]);
    },
    putResourcePolicy(arn, document) {
      decided.clear();
      if (document === undefined) putPolicies.delete(arn);
      else putPolicies.set(arn, document);
    },
    simulate: (roleArn, permission) => decideOnce({ kind: 'role', roleArn }, permission),
    hasRole: (roleArn) => roles.has(roleArn),
    async judge(principal, permission) {
      const { action, resource } = permission;
      const verdict = { principal, action, resource, ...(await decideOnce(principal, permission)) };
      if (verdict.allowed && principal.kind === 'role') for (const id of verdict.by) used.add(`${principal.roleArn} ${id}`);
      verdicts.push(verdict);
      return verdict;
    },
    unusedStatements: () =>
      [...roles].flatMap(([roleArn, { policies }]) =>
        policies.flatMap(({ name, document }) =>
          statementsOf(roleArn, name, document).filter((statement) => !used.has(`${roleArn} ${statement.id}`)),
        ),
      ),
  };
}

/** The keys that every request has. Calls on loopback stand for calls over TLS. */
function contextOf(place: Place, principal: Principal, { context }: Permission): Record<string, string | string[]> {
  const own = Object.entries(context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]] as const);
  const who: Readonly<Record<string, string>> =
    principal.kind === 'role'
      ? { 'aws:PrincipalArn': principal.roleArn, 'aws:PrincipalAccount': place.account, 'aws:PrincipalIsAWSService': 'false' }
      : { 'aws:SourceArn': principal.sourceArn, 'aws:SourceAccount': place.account, 'aws:PrincipalIsAWSService': 'true' };
  return {
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': place.region,
    'aws:ResourceAccount': place.account,
    ...who,
    ...Object.fromEntries(own),
  };
}

type Decision = Pick<Verdict, 'allowed' | 'by' | 'reason'>;

async function simulate(simulation: Simulation): Promise<Decision> {
  const response = await runSimulation(simulation, {});
  if (response.resultType === 'error') {
    const { message } = response.errors;
    // The published list of resource types of an action is not whole: profiles are missing from Create.
    if (message === 'no.resource.types') return simulateByStatement(simulation);
    return { allowed: false, by: [], reason: `the request cannot be judged: ${JSON.stringify(response.errors)}` };
  }
  const analyses = response.resultType === 'single' ? [response.result.analysis] : response.results.map((each) => each.analysis);
  const statements = analyses.flatMap(({ identityAnalysis, resourceAnalysis }) => {
    const all = [identityAnalysis, resourceAnalysis].filter((each) => each !== undefined);
    return response.overallResult === 'Allowed'
      ? all.flatMap((each) => each.allowStatements)
      : all.flatMap((each) => each.denyStatements);
  });
  const by = [...new Set(statements.map(({ policyId, statement }) => `${policyId}#${statement.index()}`))];
  if (response.overallResult === 'Allowed') return { allowed: true, by };
  const reason = response.overallResult === 'ExplicitlyDenied' ? `denied by ${by.join(', ')}` : 'no policy allows it';
  return { allowed: false, by, reason };
}

/** Without the check of resource types, which is why the simulator does not say which statement it was. */
async function simulateByStatement(simulation: Simulation): Promise<Decision> {
  const whole = await runUnsafeSimulation(simulation, {});
  if (whole !== 'Allowed') return { allowed: false, by: [], reason: 'no policy allows it' };
  const by: string[] = [];
  for (const { name, policy } of simulation.identityPolicies) {
    for (const { id, statement } of statementsOf('', name, policy as PolicyDocument)) {
      const alone = { ...simulation, identityPolicies: [{ name, policy: { Version: '2012-10-17', Statement: [statement] } }] };
      if ((await runUnsafeSimulation(alone, {})) === 'Allowed') by.push(id);
    }
  }
  return { allowed: true, by };
}

function merged(documents: readonly PolicyDocument[]): PolicyDocument | undefined {
  if (documents.length === 0) return undefined;
  return { Version: '2012-10-17', Statement: documents.flatMap(({ Statement }) => Statement) };
}
