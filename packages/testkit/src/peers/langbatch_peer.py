"""LangBatch's own way from a batch file to records of a job, and from a job's output to results.

Reads lines `{"id", "modelId", "line"}` from the first file and writes `{"id", "kind", "reason" | "bodies"}` into the second.
Nothing of LangBatch is replaced: boto3 finds the local Bedrock by AWS_ENDPOINT_URL. Usage: langbatch_peer.py IN OUT
"""

import json
import os
import sys
import tempfile

import boto3
import langbatch
from langbatch import errors
from peer_errors import outcome_of
from pydantic import ValidationError

INPUT, OUTPUT = "langbatch-in", "langbatch-out"
OWN = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
REFUSALS = (*OWN, ValidationError)
s3 = boto3.client("s3")


def open_batch(model, line):
    """A batch of a file with one line, by the factory of its endpoint."""
    path = os.path.join(tempfile.mkdtemp(), "batch.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    make = langbatch.embedding_batch if "embeddings" in line["url"] else langbatch.chat_completion_batch
    where = {"input_bucket": INPUT, "output_bucket": OUTPUT, "region": "us-east-1", "service_role": os.environ["PEER_ROLE"]}
    return make(path, provider="bedrock", model=model, **where)


def bodies_of(request):
    batch = open_batch(request["modelId"], request["line"])
    batch.start()
    uploaded = s3.get_object(Bucket=INPUT, Key=f"{batch.id}/input.jsonl")["Body"].read().decode()
    return [json.loads(line)["modelInput"] for line in uploaded.splitlines() if line]


with open(sys.argv[1], encoding="utf-8") as requests, open(sys.argv[2], "w", encoding="utf-8") as made:
    for text in requests:
        request = json.loads(text)
        made.write(json.dumps({"id": request["id"], **outcome_of(lambda: bodies_of(request), REFUSALS)}) + "\n")
