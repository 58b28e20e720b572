"""What both peers do with a job that has ended: lines of its output are changed where a case says so."""

import json
import sys
import time

ENDED = {"completed", "failed", "expired", "cancelled"}
LONGEST_WAIT = 300


def wait_until_ended(status):
    """Asks for the status, in OpenAI's words, until it is one of an end."""
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        found = status()
        if found in ENDED:
            return found
        time.sleep(0.05)
    raise TimeoutError("the job has not ended")


def change_output(s3, bucket, key, case):
    """Puts what a case says in the place of the record `a`: its fields, or nothing at all."""
    lines = [json.loads(line) for line in s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines() if line]
    if case.get("leftOut"):
        lines = [line for line in lines if line["recordId"] != "a"]
    elif "output" in case:
        changed = lambda line: {"recordId": "a", "modelInput": line["modelInput"], **case["output"]}
        lines = [changed(line) if line["recordId"] == "a" else line for line in lines]
    s3.put_object(Bucket=bucket, Key=key, Body="".join(json.dumps(line) + "\n" for line in lines).encode())


def answer_cases(answer):
    """Reads cases from the first file and writes what `answer` makes of each into the second."""
    with open(sys.argv[1], encoding="utf-8") as cases, open(sys.argv[2], "w", encoding="utf-8") as made:
        for text in cases:
            case = json.loads(text)
            try:
                result = {"kind": "answered", "lines": answer(case)}
            except Exception as error:  # each case stands for itself
                result = {"kind": "crashed", "reason": f"{type(error).__name__}: {error}"}
            made.write(json.dumps({"id": case["id"], **result}) + "\n")
