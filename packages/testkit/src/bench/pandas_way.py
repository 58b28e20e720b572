"""The way of pandas from CSV to Bedrock's input files, and back: `pandas_way.py jobs|join DATASET FOLDER`.

Written as a careful user would: chunks, itertuples, one json.dumps a row. Prints {"seconds", "rows", "peakRssMB"}.
"""

import json
import os
import random
import resource
import sys
import time

import pandas

PART_RECORDS = 50_000
PROMPT = "Classify the sentiment of this {topic} review: {text}"


def record(ordinal: int, prompt: str) -> str:
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 300,
        "messages": [{"role": "user", "content": [{"type": "text", "text": prompt}]}],
    }
    return json.dumps({"recordId": f"R{ordinal:010d}", "modelInput": body}, ensure_ascii=False)


def chunks(dataset: str):
    return pandas.read_csv(dataset, chunksize=PART_RECORDS, dtype=str, keep_default_na=False)


def write_jobs(dataset: str, folder: str) -> int:
    rows = 0
    for part, chunk in enumerate(chunks(dataset)):
        with open(os.path.join(folder, f"part-{part}.jsonl"), "w", encoding="utf-8") as file:
            for row in chunk.itertuples(index=False):
                file.write(record(rows, PROMPT.format(topic=row.topic, text=row.text)) + "\n")
                rows += 1
    return rows


def make_output(dataset: str, folder: str) -> list[str]:
    """What Bedrock would have written: the records echoed, an answer each, shuffled within each job."""
    write_jobs(dataset, folder)
    shuffle = random.Random(20261121)
    paths = []
    for name in sorted(os.listdir(folder), key=lambda name: int(name.split("-")[1].split(".")[0])):
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        shuffle.shuffle(lines)
        answer = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": "The review is positive: it praises what it is about."}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 120, "output_tokens": 14},
        }
        tail = ',"modelOutput":' + json.dumps(answer) + "}\n"
        with open(path + ".out", "w", encoding="utf-8") as file:
            file.writelines(line[:-1] + tail for line in lines)
        os.remove(path)
        paths.append(path + ".out")
    return paths


def join(dataset: str, outputs: list[str], folder: str) -> int:
    rows = 0
    with open(os.path.join(folder, "results.csv"), "w", encoding="utf-8", newline="") as file:
        for chunk, path in zip(chunks(dataset), outputs, strict=True):
            answers = []
            with open(path, encoding="utf-8") as lines:
                for line in lines:
                    output = json.loads(line)
                    answers.append((int(output["recordId"][1:]), output["modelOutput"]["content"][0]["text"]))
            frame = pandas.DataFrame(answers, columns=["ordinal", "response"]).set_index("ordinal")
            merged = chunk.join(frame)
            merged.to_csv(file, index=False, header=rows == 0)
            rows += int(merged["response"].notna().sum())
    return rows


def main() -> None:
    task, dataset, folder = sys.argv[1:]
    outputs = make_output(dataset, folder) if task == "join" else []
    started = time.perf_counter()
    rows = join(dataset, outputs, folder) if task == "join" else write_jobs(dataset, folder)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "rows": rows, "peakRssMB": round(peak, 1)}))


main()
