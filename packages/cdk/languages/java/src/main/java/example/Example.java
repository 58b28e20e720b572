package example;

import io.github.batchrock.cdk.bedrock_batch_stepfn.BedrockBatchSfn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.stepfunctions.Chain;
import software.amazon.awscdk.services.stepfunctions.DefinitionBody;
import software.amazon.awscdk.services.stepfunctions.Fail;
import software.amazon.awscdk.services.stepfunctions.INextable;
import software.amazon.awscdk.services.stepfunctions.JsonPath;
import software.amazon.awscdk.services.stepfunctions.Pass;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.amazon.awscdk.services.stepfunctions.TaskStateBase;
import software.constructs.Construct;

/** The example of the README, in Java. Writes the cloud assembly into the folder given as the first argument. */
public final class Example extends Stack {
  private Example(Construct scope, String id) {
    super(scope, id);

    Bucket batchBucket = new Bucket(this, "BedrockBatchBucket");

    ManagedPolicy batchPolicy = ManagedPolicy.Builder.create(this, "BatchPolicy").build();
    batchPolicy.addStatements(
        PolicyStatement.Builder.create()
            .sid("Inference")
            .actions(List.of("bedrock:InvokeModel", "bedrock:CreateModelInvocationJob"))
            .resources(List.of(String.format("arn:aws:bedrock:%s::foundation-model/*", getRegion())))
            .build());

    BedrockBatchSfn fragment =
        BedrockBatchSfn.Builder.create(this, "AwsBedrockBatchSfn")
            .bedrockBatchInputBucket(batchBucket)
            .bedrockBatchOutputBucket(batchBucket)
            .bedrockBatchPolicy(batchPolicy)
            .timeout(Duration.hours(48))
            .build();

    // Map.of() would give another order, and so another text of the definition, in each run
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("job_name", "test_job");
    parameters.put("manifest_keys", List.of("test_key.jsonl"));
    parameters.put("model_id", "test.model-v1");
    Pass inputState = Pass.Builder.create(this, "InputState").parameters(parameters).build();

    Pass outputState = new Pass(this, "OutputState");

    Fail failState =
        Fail.Builder.create(this, "FailState")
            .causePath(JsonPath.stringAt("$.cause"))
            .errorPath(JsonPath.stringAt("$.error"))
            .build();

    Chain chain = inputState.next(fragment).next(outputState);

    for (INextable endState : fragment.getEndStates()) {
      if (endState instanceof TaskStateBase task) {
        task.addCatch(failState);
      }
    }

    StateMachine.Builder.create(this, "StateMachine").definitionBody(DefinitionBody.fromChainable(chain)).build();
  }

  public static void main(String[] arguments) {
    App app = new App(AppProps.builder().outdir(arguments[0]).build());
    new Example(app, "Example");
    app.synth();
  }
}
