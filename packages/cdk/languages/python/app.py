"""The example of the README, in Python. Writes the cloud assembly into the folder given as the first argument."""

import sys

import aws_cdk as cdk
from aws_cdk import aws_iam as iam, aws_s3 as s3, aws_stepfunctions as sfn
from batchrock_cdk import bedrock_batch_stepfn
from constructs import Construct


class Example(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)

        batch_bucket = s3.Bucket(self, "BedrockBatchBucket")

        batch_policy = iam.ManagedPolicy(self, "BatchPolicy")
        batch_policy.add_statements(
            iam.PolicyStatement(
                sid="Inference",
                actions=["bedrock:InvokeModel", "bedrock:CreateModelInvocationJob"],
                resources=[f"arn:aws:bedrock:{self.region}::foundation-model/*"],
            )
        )

        fragment = bedrock_batch_stepfn.BedrockBatchSfn(
            self,
            "AwsBedrockBatchSfn",
            bedrock_batch_input_bucket=batch_bucket,
            bedrock_batch_output_bucket=batch_bucket,
            bedrock_batch_policy=batch_policy,
            timeout=cdk.Duration.hours(48),
        )

        input_state = sfn.Pass(
            self,
            "InputState",
            parameters={
                "job_name": "test_job",
                "manifest_keys": ["test_key.jsonl"],
                "model_id": "test.model-v1",
            },
        )

        output_state = sfn.Pass(self, "OutputState")

        fail_state = sfn.Fail(
            self,
            "FailState",
            cause_path=sfn.JsonPath.string_at("$.cause"),
            error_path=sfn.JsonPath.string_at("$.error"),
        )

        chain = input_state.next(fragment).next(output_state)

        for end_state in fragment.end_states:
            if isinstance(end_state, sfn.TaskStateBase):
                end_state.add_catch(fail_state)

        sfn.StateMachine(self, "StateMachine", definition_body=sfn.DefinitionBody.from_chainable(chain))


app = cdk.App(outdir=sys.argv[1])
Example(app, "Example")
app.synth()
