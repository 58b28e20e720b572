"""LiteLLM's own way from a batch file to records of a job: its public `create_file`, with the local S3 as endpoint.

Reads lines `{"id", "modelId", "line"}` from the first file and writes `{"id", "kind", "reason" | "bodies"}` into the second.
Usage: litellm_peer.py IN OUT
"""

import json
import os
import sys

import boto3
import litellm
from litellm.llms.base_llm.chat.transformation import BaseLLMException
from peer_errors import outcome_of

BUCKET = "litellm-files"
# ValueError and NotImplementedError are what it refuses a request with, beside its own
REFUSALS = (litellm.exceptions.BadRequestError, BaseLLMException, ValueError, NotImplementedError)
s3 = boto3.client("s3")


def bodies_of(request):
    content = (json.dumps(request["line"]) + "\n").encode()
    made = litellm.create_file(
        file=("batch.jsonl", content),
        purpose="batch",
        custom_llm_provider="bedrock",
        model=request["modelId"],
        aws_region_name="us-east-1",
        s3_bucket_name=BUCKET,
        s3_endpoint_url=os.environ["AWS_ENDPOINT_URL"],
    )
    key = made.id.removeprefix(f"s3://{BUCKET}/")
    uploaded = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    return [json.loads(line)["modelInput"] for line in uploaded.splitlines() if line]


with open(sys.argv[1], encoding="utf-8") as requests, open(sys.argv[2], "w", encoding="utf-8") as made:
    for text in requests:
        request = json.loads(text)
        made.write(json.dumps({"id": request["id"], **outcome_of(lambda: bodies_of(request), REFUSALS)}) + "\n")
