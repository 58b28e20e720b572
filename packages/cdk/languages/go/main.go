// The example of the README, in Go. Writes the cloud assembly into the folder given as the first argument.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/batchrock/batchrock-go/batchrockcdk/bedrockbatchstepfn"
)

func newExample(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)

	batchBucket := awss3.NewBucket(stack, jsii.String("BedrockBatchBucket"), nil)

	batchPolicy := awsiam.NewManagedPolicy(stack, jsii.String("BatchPolicy"), &awsiam.ManagedPolicyProps{})
	batchPolicy.AddStatements(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:       jsii.String("Inference"),
		Actions:   jsii.Strings("bedrock:InvokeModel", "bedrock:CreateModelInvocationJob"),
		Resources: jsii.Strings(fmt.Sprintf("arn:aws:bedrock:%v::foundation-model/*", *stack.Region())),
	}))

	fragment := bedrockbatchstepfn.NewBedrockBatchSfn(stack, jsii.String("AwsBedrockBatchSfn"), &bedrockbatchstepfn.BedrockBatchSfnProps{
		BedrockBatchInputBucket:  batchBucket,
		BedrockBatchOutputBucket: batchBucket,
		BedrockBatchPolicy:       batchPolicy,
		Timeout:                  awscdk.Duration_Hours(jsii.Number(48)),
	})

	inputState := awsstepfunctions.NewPass(stack, jsii.String("InputState"), &awsstepfunctions.PassProps{
		Parameters: &map[string]interface{}{
			"job_name":      jsii.String("test_job"),
			"manifest_keys": jsii.Strings("test_key.jsonl"),
			"model_id":      jsii.String("test.model-v1"),
		},
	})

	outputState := awsstepfunctions.NewPass(stack, jsii.String("OutputState"), nil)

	failState := awsstepfunctions.NewFail(stack, jsii.String("FailState"), &awsstepfunctions.FailProps{
		CausePath: awsstepfunctions.JsonPath_StringAt(jsii.String("$.cause")),
		ErrorPath: awsstepfunctions.JsonPath_StringAt(jsii.String("$.error")),
	})

	chain := inputState.Next(fragment).Next(outputState)

	for _, endState := range *fragment.EndStates() {
		if task, ok := endState.(awsstepfunctions.TaskStateBase); ok {
			task.AddCatch(failState, nil)
		}
	}

	awsstepfunctions.NewStateMachine(stack, jsii.String("StateMachine"), &awsstepfunctions.StateMachineProps{
		DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(chain),
	})
	return stack
}

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(os.Args[1])})
	newExample(app, "Example")
	app.Synth(nil)
}
