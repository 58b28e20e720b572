import { type aws_cloudwatch as cloudwatch, type aws_iam as iam, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ErrorShape } from './error-shape';
import { StateNames } from './state-names';

/** What the Map state of a fragment is made of. */
export interface BatchEvaluateMapProps {
  readonly inputPath?: string;
  readonly resultPath?: string;
  readonly maxConcurrency?: number;
  readonly queryLanguage?: sfn.QueryLanguage;
  readonly task: (names: StateNames) => sfn.TaskStateBase;
}

/** Bedrock's words for jobs that ended without failing; every other error of the fragment has the status Failed. */
const endedStatuses = ['Stopped', 'Expired'];
const wildcards = [sfn.Errors.ALL, sfn.Errors.TASKS_FAILED];

/**
 * The Map state over the manifests: one job each.
 *
 * It is a TaskStateBase, and not the CDK's own Map, for two reasons: the loop of the README asks every end state for that
 * class before it adds its catch, and the CDK's Map freezes the names of inner states when it is made, so that prefixes
 * come too late. The graph inside is therefore made when the Map joins a machine.
 */
export class BatchEvaluateMap extends sfn.TaskStateBase {
  protected readonly taskMetrics: sfn.TaskMetricsConfig | undefined = undefined;
  protected readonly taskPolicies: iam.PolicyStatement[] | undefined = undefined;
  private readonly names: StateNames;
  private readonly task: sfn.TaskStateBase;
  private readonly maxConcurrency?: number;
  private errorPaths = 0;

  public constructor(scope: Construct, id: string, props: BatchEvaluateMapProps) {
    super(scope, id, { inputPath: props.inputPath, resultPath: props.resultPath, queryLanguage: props.queryLanguage });
    this.names = new StateNames(scope, () => super.stateId);
    this.task = props.task(this.names);
    this.maxConcurrency = props.maxConcurrency;
  }

  public override get stateId(): string {
    return this.names.of(super.stateId);
  }

  /** Leads an error through a state that gives it the documented form: `status`, `error` and `cause` beside `Error` and `Cause`. */
  public override addCatch(handler: sfn.IChainable, props: sfn.CatchProps = {}): sfn.TaskStateBase {
    if (props.resultPath === sfn.JsonPath.DISCARD || props.outputs !== undefined) return super.addCatch(handler, props);
    const errors = props.errors ?? [sfn.Errors.ALL];
    const ended = errors.some((error) => wildcards.includes(error))
      ? endedStatuses
      : errors.filter((error) => endedStatuses.includes(error));
    const failed = errors.filter((error) => !endedStatuses.includes(error));
    if (ended.length > 0) this.catchWithShape(handler, { ...props, errors: ended }, undefined);
    if (failed.length > 0) this.catchWithShape(handler, { ...props, errors: failed }, 'Failed');
    return this;
  }

  public override bindToGraph(graph: sfn.StateGraph): void {
    if (this.processor === undefined) {
      this.addItemProcessor(new sfn.StateGraph(this.task, `Map ${this.stateId} Item Processor`));
    }
    super.bindToGraph(graph);
  }

  public override toStateJson(topLevel?: sfn.QueryLanguage): object {
    this.names.refuseTaken(this.stateId);
    const language = this.queryLanguage ?? topLevel;
    const jsonata = language === sfn.QueryLanguage.JSONATA;
    if (jsonata) this.refusePaths();
    return {
      Type: 'Map',
      ...this.renderQueryLanguage(topLevel),
      ...(jsonata ? {} : { InputPath: this.inputPath, ResultPath: this.resultPath }),
      ...this.renderNextEnd(),
      ...this.renderRetryCatch(topLevel),
      ...(jsonata ? jsonataItems() : jsonPathItems()),
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...this.processor?.toGraphJson(topLevel) },
      MaxConcurrency: this.maxConcurrency,
    };
  }

  /** The metrics of a Map are those of its tasks. */
  public override metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.task.metric(metricName, props);
  }

  protected override whenBoundToGraph(graph: sfn.StateGraph): void {
    this.names.register(graph, () => super.whenBoundToGraph(graph));
  }

  protected _renderTask(): object {
    return {};
  }

  private catchWithShape(handler: sfn.IChainable, props: sfn.CatchProps, status: string | undefined): void {
    this.errorPaths += 1;
    const shape = new ErrorShape(this.node.scope as Construct, `${this.id}Error${this.errorPaths}`, {
      names: this.names,
      status,
      path: props.resultPath ?? '$',
      queryLanguage: this.queryLanguage,
    });
    shape.next(handler);
    super.addCatch(shape, props);
  }

  private refusePaths(): void {
    if (this.inputPath === undefined && this.resultPath === undefined) return;
    throw new Error(
      `${this.node.path}: inputPath and resultPath are JSONPath, and this state machine speaks JSONata; ` +
        'leave both out, and select the input in a Pass state before the fragment',
    );
  }
}

function jsonPathItems(): object {
  return {
    ItemsPath: '$.manifest_keys',
    ItemSelector: {
      'job_name.$': '$.job_name',
      'model_id.$': '$.model_id',
      'index.$': '$$.Map.Item.Index',
      'manifest_key.$': '$$.Map.Item.Value',
      'entered.$': '$$.State.EnteredTime',
      'manifest_count.$': 'States.ArrayLength($.manifest_keys)',
    },
  };
}

function jsonataItems(): object {
  return {
    Items: '{% $states.input.manifest_keys %}',
    ItemSelector: {
      job_name: '{% $states.input.job_name %}',
      model_id: '{% $states.input.model_id %}',
      index: '{% $states.context.Map.Item.Index %}',
      manifest_key: '{% $states.context.Map.Item.Value %}',
      entered: '{% $states.context.State.EnteredTime %}',
      manifest_count: '{% $count($states.input.manifest_keys) %}',
    },
  };
}
