import type { Duration, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  defaultWorkMemory,
  kickTimeout,
  lightMemory,
  longTimeout,
  shortTimeout,
  type WorkFunctionsProps,
} from '../engine/work-functions';
import { HandlerFunction } from '../functions/handler-function';
import type { BatchQueueFunctionNames } from './batch-queue-props';

/** What the functions of a queue are told. */
export interface FileFunctionsProps extends WorkFunctionsProps {
  readonly names?: BatchQueueFunctionNames;
}

/** The functions of a queue: each is a step of the one engine that the command line has too. */
export class FileFunctions extends Construct {
  public readonly take: lambda.Function;
  public readonly kick: lambda.Function;
  public readonly collect: lambda.Function;
  public readonly finish: lambda.Function;
  public readonly change: lambda.Function;
  public readonly sweep: lambda.Function;
  readonly #props: FileFunctionsProps;

  public constructor(scope: Construct, id: string, props: FileFunctionsProps) {
    super(scope, id);
    this.#props = props;
    const { names = {}, preprocessMemory = defaultWorkMemory, postprocessMemory = defaultWorkMemory } = props;
    const [reading, writing] = [
      { timeout: longTimeout, memorySize: preprocessMemory },
      { timeout: longTimeout, memorySize: postprocessMemory },
    ];
    const light = { timeout: shortTimeout, memorySize: lightMemory };
    this.take = this.make('Take', 'take-file', names.takeFile, 'Checks files and writes the input of their jobs', reading);
    this.kick = this.make('Kick', 'kick-job', names.kickJob, 'Looks at jobs whose state has changed, and fills free slots', {
      ...light,
      timeout: kickTimeout,
    });
    this.collect = this.make(
      'Collect',
      'collect-part',
      names.collectPart,
      'Reads the output of a job that has ended, and what follows from it',
      writing,
    );
    this.finish = this.make('Finish', 'finish-file', names.finishFile, 'Writes the results of files, and tells of them', writing);
    this.change = this.make(
      'Change',
      'change-file',
      names.changeFile,
      'Pauses, resumes, cancels, retries and enqueues files',
      light,
    );
    this.sweep = this.make(
      'Sweep',
      'sweep-runs',
      names.sweepRuns,
      'Looks at all open files, since events are best effort',
      light,
    );
  }

  /** All of them. */
  public get all(): readonly lambda.Function[] {
    return [this.take, this.kick, this.collect, this.finish, this.change, this.sweep];
  }

  private make(
    id: string,
    handler: string,
    functionName: string | undefined,
    description: string,
    size: { readonly timeout: Duration; readonly memorySize: number },
  ): lambda.Function {
    return new HandlerFunction(this, id, { ...this.#props, ...size, handler, functionName, description });
  }
}
