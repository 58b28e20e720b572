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

/** The functions of an orchestrator: each is a step of the one engine that the command line has too. */
export class RunFunctions extends Construct {
  public readonly prepare: lambda.Function;
  public readonly follow: lambda.Function;
  public readonly kick: lambda.Function;
  public readonly collect: lambda.Function;
  public readonly sweep: lambda.Function;
  public readonly export: lambda.Function;

  public constructor(scope: Construct, id: string, props: WorkFunctionsProps) {
    super(scope, id);
    const { preprocessMemory = defaultWorkMemory, postprocessMemory = defaultWorkMemory } = props;
    const make = (name: string, handler: string, description: string, timeout: Duration, memorySize: number) =>
      new HandlerFunction(this, name, { ...props, handler, description, timeout, memorySize });
    this.prepare = make(
      'Prepare',
      'prepare-run',
      'Reads a dataset and writes the input of its jobs',
      longTimeout,
      preprocessMemory,
    );
    this.follow = make(
      'Follow',
      'follow-run',
      'Begins the jobs of a run, whose execution waits from then on',
      shortTimeout,
      lightMemory,
    );
    this.kick = make('Kick', 'kick-job', 'Looks at jobs whose state has changed, and fills free slots', kickTimeout, lightMemory);
    this.collect = make(
      'Collect',
      'collect-part',
      'Reads the output of a job that has ended, and what follows from it',
      longTimeout,
      postprocessMemory,
    );
    this.sweep = make('Sweep', 'sweep-runs', 'Looks at all open runs, since events are best effort', shortTimeout, lightMemory);
    this.export = make('Export', 'export-results', 'Writes the files of results of a run', longTimeout, postprocessMemory);
  }

  /** All of them. */
  public get all(): readonly lambda.Function[] {
    return [this.prepare, this.export, ...this.workers];
  }

  /** Those that move a run on once it is prepared: they look at jobs, create the next, and tell the execution that waits. */
  public get workers(): readonly lambda.Function[] {
    return [this.follow, this.kick, this.collect, this.sweep];
  }
}
