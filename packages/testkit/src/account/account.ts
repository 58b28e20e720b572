import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServiceClock, type Faults, type ServiceClock, startLocalBedrockInWorker } from '@batchrock/local';
import { type Alarms, createAlarms } from './alarms.ts';
import { type AccountBedrock, networkPermissions, startAccountBedrock } from './bedrock/index.ts';
import { createMeter, type Meter } from './bill/index.ts';
import { createBucketPolicies } from './bucket-policies.ts';
import { type AccountClients, createClients, destroyClients } from './clients.ts';
import { type EventBus, startEventBus } from './events/index.ts';
import { createExecutions, type Executions } from './executions.ts';
import { answerIdentity, createTableDesk, credentialsFor, openFront, type TableFaults } from './front/index.ts';
import { type FunctionHost, type FunctionSettings, startFunctionHost } from './functions/index.ts';
import { createGate, type Gate } from './gate.ts';
import { openJudge, type Place, type Principal, permission, type StatementUse, type Verdict } from './judge/index.ts';
import { createRoleReader } from './made-roles.ts';
import { createMachineClock, startMoto } from './moto/index.ts';
import { tellOfObject } from './object-events.ts';
import { answerSqs, createQueues, type MessageAttribute, type Queues } from './queues/index.ts';
import { type AccountState, type DeployedStack, deployStack } from './resources/index.ts';
import { createEventSources } from './sources/index.ts';
import { answerCloudFormation, type ToldStack } from './stacks/index.ts';
import { createLedgerTables } from './tables/index.ts';
import { type Json, readStack } from './template/index.ts';
import { createTopics, type Topics } from './topics/index.ts';

/** How the account is opened. */
export interface AccountOptions {
  readonly place?: Partial<Place>;
  /**
   * What holds objects and items. `moto` (default) has the most of S3 and DynamoDB. `quick` is for runs of gigabytes and of thousands
   * of jobs: the S3 of the local Bedrock, on disk and without versions, and tables that know what a ledger asks and nothing else.
   * Who may do what is judged before either.
   */
  readonly stores?: 'moto' | 'quick';
  /** How its Bedrock behaves. */
  readonly bedrock?: {
    /** Open jobs of one model. Default 100, the service's quota. */
    readonly maxJobs?: number;
    /** Fewest records of a job. Default 100, the service's quota. */
    readonly minRecords?: number;
    readonly extraModels?: readonly string[];
    readonly faults?: Partial<Faults>;
  };
}

/** An AWS account on loopback. */
export interface Account {
  readonly place: Place;
  /** The endpoint of every service. */
  readonly url: string;
  /** The administrator's. */
  readonly clients: AccountClients;
  /**
   * The clock of Bedrock, rules, state machines, and of what functions take for the time. It goes with the wall's and can be
   * advanced; an advance stops at whatever is due until all that follows of it is done.
   */
  readonly clock: ServiceClock;
  readonly functions: FunctionHost;
  readonly bus: EventBus;
  readonly queues: Queues;
  readonly topics: Topics;
  /** What goes wrong with DynamoDB. */
  readonly tables: TableFaults;
  readonly bedrock: AccountBedrock;
  readonly executions: Executions;
  readonly alarms: Alarms;
  /** What the calls of all roles are billed for, but for those of `meterOfBedrock`. */
  readonly meter: Meter;
  /** What Bedrock asks of buckets by the roles of jobs: the same for each job, whoever sends it, and as often as the service likes. */
  readonly meterOfBedrock: Meter;
  /**
   * Makes a stack of a synthesised app, from its template and assets and nothing else, or updates the one of that name in place.
   * Parameters without a default need a value.
   */
  deploy(assemblyFolder: string, stackName: string, parameters?: Readonly<Record<string, string>>): Promise<DeployedStack>;
  /** Takes over the roles that IAM has and no template: what they may do is judged by their policies of this moment. */
  readIam(): Promise<void>;
  /** Every decision about a call, in order. */
  verdicts(): readonly Verdict[];
  refusals(): readonly Verdict[];
  /** The statements of roles that nothing has needed so far. */
  unusedStatements(): Promise<readonly StatementUse[]>;
  close(): Promise<void>;
}

/** Opens an account without stacks. Close it: it runs servers and a Python process. */
export async function startAccount(options: AccountOptions = {}): Promise<Account> {
  const place: Place = { partition: 'aws', region: 'us-east-1', account: '111122223333', ...options.place };
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-account-'));
  const clock = createServiceClock();
  const judge = openJudge(place);
  const front = await openFront();
  const clients = createClients(front.url, place.region);
  const moto = await startMoto({
    frontPort: front.port,
    account: place.account,
    region: place.region,
    log: join(folder, 'moto.log'),
  });
  const isQuick = options.stores === 'quick';
  const objects = isQuick ? await startObjectsOnDisk(folder, place) : undefined;
  const ledgers = isQuick ? createLedgerTables() : undefined;
  const machines = createMachineClock(clock, moto.url);
  const queues = createQueues({ place, clock });
  const topics = createTopics();
  const tables = createTableDesk();
  const gate = createGate({ judge, queues, place });
  const functions = startFunctionHost({
    endpoint: front.url,
    region: place.region,
    credentialsFor,
    clock,
    sendToQueue: (queueArn, body, roleArn) => gate.sendToQueue({ kind: 'role', roleArn }, queueArn, { body }),
  });
  const bus = startBus(place, clock, gate, functions);
  const rolesOfBedrock = new Set<string>();
  const bedrock = await startAccountBedrock({
    clock,
    s3Url: front.url,
    account: place.account,
    region: place.region,
    assumeRole: async (job) => {
      await gate.requireTrust('bedrock.amazonaws.com', job.roleArn, job.jobArn);
      await gate.requireAll(job.roleArn, networkPermissions(job, place));
      rolesOfBedrock.add(job.roleArn);
      return credentialsFor(job.roleArn);
    },
    putEvent: (event) => bus.put(event),
    ...options.bedrock,
  });
  const hosted = new Map<string, FunctionSettings>();
  const deployed = new Map<string, DeployedStack>();
  const sources = createEventSources({
    queues,
    clock,
    invoke: (functionName, event) => functions.invoke(functionName, Buffer.from(event), 'RequestResponse'),
    async isAllowed(functionName, action, queueArn) {
      const roleArn = hosted.get(functionName)?.roleArn ?? '';
      return (await gate.refusalOf({ kind: 'role', roleArn }, [permission(`sqs:${action}`, queueArn)])) === undefined;
    },
  });
  const state: AccountState = {
    place,
    clients,
    judge,
    queues,
    functions: hosted,
    logGroups: new Map(),
    alarms: new Map(),
    topics,
    tellingBuckets: new Set(),
    keepsVersions: objects === undefined,
    managedPolicies: new Map(),
    stacks: new Map(),
    addFunction: (settings) => functions.add(settings),
    addRule: (rule) => bus.addRule(rule),
    setMapping: (mapping) => sources.set(mapping),
  };
  const readIam = createRoleReader(clients, judge);
  const [meter, meterOfBedrock] = [createMeter(), createMeter()];
  front.serve({
    place,
    note: (request, answer, roleArn) => (rolesOfBedrock.has(roleArn) ? meterOfBedrock : meter).note(request, answer),
    motoUrl: moto.url,
    ...(objects && { objectsUrl: objects.url }),
    ...(ledgers && { tables: ledgers.answer }),
    machines,
    bedrockUrl: bedrock.url,
    identity: (form, roleArn) => answerIdentity(form, roleArn, { place, judge, readIam }),
    bucketPolicy: createBucketPolicies(judge, place),
    sns: (form) => topics.answer(form),
    cloudformation: (form) =>
      answerCloudFormation(
        form,
        [...deployed.values()].map((stack) => toldOf(stack, place)),
      ),
    objectCreated: (created) =>
      tellOfObject({ s3: clients.s3, tellingBuckets: state.tellingBuckets, putEvent: (event) => bus.put(event) }, created),
    tableRefusal: tables.refusalOf,
    sqs: (operation, body) => answerSqs(queues, operation, body, front.url),
    invoke: (name, payload, type) => functions.invoke(name, payload, type),
    judge: (roleArn, permissions) => gate.refusalOf({ kind: 'role', roleArn }, permissions),
  });
  const executions = createExecutions(clients.sfn);
  const exports = new Map<string, Json>();
  return {
    place,
    url: front.url,
    clients,
    clock,
    functions,
    bus,
    queues,
    topics,
    tables: tables.faults,
    bedrock,
    executions,
    meter,
    meterOfBedrock,
    alarms: createAlarms({ alarms: state.alarms, queues, functions, executions, clock }),
    readIam,
    async deploy(assemblyFolder, stackName, parameters) {
      const stack = await deployStack(readStack(assemblyFolder, stackName, parameters), state, exports);
      deployed.set(stack.name, stack);
      return stack;
    },
    verdicts: () => judge.verdicts,
    refusals: () => judge.verdicts.filter(({ allowed }) => !allowed),
    async unusedStatements() {
      for (const { name, roleArn, isTraced } of hosted.values()) {
        if (functions.log(name).length === 0) continue;
        const group = state.logGroups.get(name);
        if (group !== undefined) await gate.judgeLog(roleArn, group);
        if (isTraced) await gate.judgeTrace(roleArn);
      }
      return judge.unusedStatements();
    },
    async close() {
      bus.close();
      sources.close();
      await functions.close();
      await bedrock.close();
      machines.close();
      await moto.close();
      await objects?.close();
      destroyClients(clients);
      await front.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function toldOf({ name, outputs, ids, types }: DeployedStack, { partition, region, account }: Place): ToldStack {
  const id = '00000000-0000-0000-0000-000000000000';
  const resources = Object.entries(ids).map(([logicalId, physical]) => ({
    logicalId,
    type: types.get(logicalId) ?? '',
    id: physical,
  }));
  return { name, outputs, resources, arn: `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/${id}` };
}

/** The S3 of a local Bedrock whose jobs nobody asks for. */
function startObjectsOnDisk(
  folder: string,
  { account, region }: Place,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  return startLocalBedrockInWorker({ dir: join(folder, 'objects'), account, region });
}

/** A bus whose rules reach functions and queues where the policy of the function or queue lets them. */
function startBus({ account, region }: Place, clock: ServiceClock, gate: Gate, functions: FunctionHost): EventBus {
  return startEventBus({
    clock,
    account,
    region,
    async invoke(targetArn, input, ruleArn) {
      if (targetArn.split(':')[2] === 'sqs') return gate.sendToQueue(ruleOf(ruleArn), targetArn, { body: input });
      await gate.requireInvoke(targetArn, ruleArn);
      const { statusCode, payload } = await functions.invoke(targetArn, Buffer.from(input), 'Event');
      if (statusCode !== 202) throw new Error(`${targetArn} answered ${statusCode}: ${Buffer.from(payload).toString()}`);
    },
    sendToQueue: (queueArn, body, attributes) => {
      const texts = Object.entries(attributes).map(([name, StringValue]): readonly [string, MessageAttribute] => {
        return [name, { DataType: 'String', StringValue }];
      });
      return gate.sendToQueue(ruleOf(attributes['RULE_ARN'] ?? ''), queueArn, { body, attributes: Object.fromEntries(texts) });
    },
  });
}

function ruleOf(sourceArn: string): Principal {
  return { kind: 'service', name: 'events.amazonaws.com', sourceArn };
}
