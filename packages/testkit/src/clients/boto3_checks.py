"""What the programs on boto3 share: clients of the local Bedrock, and checks that print one line each."""

import boto3
from botocore.config import Config


def client(name, endpoint, attempts=3):
    """A client of a service at `endpoint`, that tries a call so often."""
    return boto3.client(
        name,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": attempts}, s3={"addressing_style": "path"}),
    )


def check(name):
    """Runs a function at once, and prints `ok NAME` or `not ok NAME: REASON`."""

    def run(function):
        try:
            function()
            print(f"ok {name}", flush=True)
        except Exception as error:  # each check stands for itself
            print(f"not ok {name}: {type(error).__name__}: {error}", flush=True)

    return run
