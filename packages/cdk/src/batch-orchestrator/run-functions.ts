import { Duration, type aws_lambda as lambda, type aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from '../functions/handler-function';
import type { LogLevel } from '../functions/log-level';

/** What the functions of a run are told. */
export interface RunFunctionsProps {
  readonly environment: Record<string, string>;
  readonly preprocessMemory?: number;
  readonly postprocessMemory?: number;
  readonly logRetention?: logs.RetentionDays;
  readonly logLevel?: LogLevel;
  readonly tracing?: lambda.Tracing;
}

/** How long the function of a queue may run; its queue hides messages by it. */
export const kickTimeout = Duration.minutes(2);
export const collectTimeout = Duration.minutes(15);

/** Regions whose new accounts get no more than this for a function; the original's default too. */
const defaultWorkMemory = 3008;

/** For functions that hold no rows, only parts of a ledger. */
const lightMemory = 512;

/** The functions of an orchestrator: each is a step of the one engine that the command line has too. */
export class RunFunctions extends Construct {
  public readonly prepare: lambda.Function;
  public readonly follow: lambda.Function;
  public readonly kick: lambda.Function;
  public readonly collect: lambda.Function;
  public readonly sweep: lambda.Function;
  public readonly export: lambda.Function;

  public constructor(scope: Construct, id: string, props: RunFunctionsProps) {
    super(scope, id);
    const { preprocessMemory = defaultWorkMemory, postprocessMemory = defaultWorkMemory } = props;
    const make = (name: string, handler: string, description: string, timeout: Duration, memorySize: number) =>
      new HandlerFunction(this, name, { ...props, handler, description, timeout, memorySize });
    const [long, short] = [Duration.minutes(15), Duration.minutes(5)];
    this.prepare = make('Prepare', 'prepare-run', 'Reads a dataset and writes the input of its jobs', long, preprocessMemory);
    this.follow = make(
      'Follow',
      'follow-run',
      'Begins the jobs of a run, whose execution waits from then on',
      short,
      lightMemory,
    );
    this.kick = make('Kick', 'kick-job', 'Looks at jobs whose state has changed, and fills free slots', kickTimeout, lightMemory);
    this.collect = make(
      'Collect',
      'collect-part',
      'Reads the output of a job that has ended, and what follows from it',
      collectTimeout,
      postprocessMemory,
    );
    this.sweep = make('Sweep', 'sweep-runs', 'Looks at all open runs, since events are best effort', short, lightMemory);
    this.export = make('Export', 'export-results', 'Writes the files of results of a run', long, postprocessMemory);
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
