import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StateNames } from './state-names';

/** How an {@link ErrorShape} reads and writes the error. */
export interface ErrorShapeProps {
  readonly names: StateNames;
  /** The status of every error that comes this way; the error's own name when absent. */
  readonly status?: string;
  /** Where the catcher put the error. */
  readonly path: string;
  readonly queryLanguage?: sfn.QueryLanguage;
}

/** A Pass state that adds the documented `status`, `error` and `cause` to the `Error` and `Cause` of a caught error. */
export class ErrorShape extends sfn.Pass {
  private readonly names: StateNames;
  private readonly status?: string;

  public constructor(scope: Construct, id: string, props: ErrorShapeProps) {
    super(scope, id, {
      queryLanguage: props.queryLanguage,
      inputPath: props.path === '$' ? undefined : props.path,
      resultPath: props.path === '$' ? undefined : props.path,
    });
    this.names = props.names;
    this.status = props.status;
  }

  public override get stateId(): string {
    return this.names.of(super.stateId);
  }

  public override toStateJson(topLevel?: sfn.QueryLanguage): object {
    const jsonata = (this.queryLanguage ?? topLevel) === sfn.QueryLanguage.JSONATA;
    this.names.refuseTaken(this.stateId);
    return { ...super.toStateJson(topLevel), ...(jsonata ? this.output() : this.shape()) };
  }

  protected override whenBoundToGraph(graph: sfn.StateGraph): void {
    this.names.register(graph, () => super.whenBoundToGraph(graph));
  }

  private shape(): object {
    return {
      Parameters: {
        ...(this.status === undefined ? { 'status.$': '$.Error' } : { status: this.status }),
        'error.$': '$.Error',
        'cause.$': '$.Cause',
        'Error.$': '$.Error',
        'Cause.$': '$.Cause',
      },
    };
  }

  private output(): object {
    const error = '{% $states.input.Error %}';
    const cause = '{% $states.input.Cause %}';
    return { Output: { status: this.status ?? error, error, cause, Error: error, Cause: cause } };
  }
}
