"""Opens results as people do and compares every value with what it has to be. Prints one line for each check."""

import csv
import json
import math
import pathlib
import struct
import sys
import traceback

import duckdb
import pandas
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

OURS = ["status", "error_code", "error_message", "stop_reason", "input_tokens", "output_tokens"]
COUNTS = ["input_tokens", "output_tokens"]


def check(name, work):
    try:
        work()
        print(f"ok {name}", flush=True)
    except Exception as error:  # every failure is a line, and the other checks go on
        traceback.print_exc()
        print(f"not ok {name}: {str(error)[:300]!r}", flush=True)


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {str(found)[:100]!r} instead of {str(wanted)[:100]!r}")


def plain(value):
    """None for every kind of nothing, whole numbers as such, vectors as the bits of their floats."""
    if value is None or value is pandas.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, (str, int, float)):
        return struct.pack(f"<{len(value)}f", *value).hex()
    return value


def compare(rows, wanted, answer="response"):
    rows = list(rows)
    expect(len(rows), len(wanted), "rows")
    for number, (row, want) in enumerate(zip(rows, wanted)):
        for name, value in want.items():
            column = answer if name == "response" else name
            expect(plain(row[column]), value, f"row {number}, {column}")


def cells_of_csv(wanted):
    """What a cell of CSV can say: nothing and the empty text are the same."""
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in wanted]


def check_parquet(path, wanted):
    name = path.name
    answer = "embedding" if "vectors" in name else "response"
    check(
        f"pyarrow {pyarrow.__version__} reads {name}, checksums too",
        lambda: compare(
            pyarrow.parquet.read_table(path, page_checksum_verification=True).to_pylist(), wanted, answer
        ),
    )
    check(
        f"pandas {pandas.__version__} reads {name}",
        lambda: compare(pandas.read_parquet(path).astype(object).to_dict("records"), wanted, answer),
    )

    def by_duckdb():
        found = duckdb.sql(f"select * from read_parquet('{path}')")
        compare((dict(zip(found.columns, row)) for row in found.fetchall()), wanted, answer)
        last = wanted[-1]
        first = next(iter(last))
        rows = duckdb.execute(f"select status from read_parquet('{path}') where {first} = ?", [last[first]]).fetchall()
        expect(rows, [(row["status"],) for row in wanted if row[first] == last[first]], "rows found by a value")

    check(f"DuckDB {duckdb.__version__} reads {name}, and finds rows by their bounds", by_duckdb)
    check(f"{name} is built as it should be", lambda: check_layout(path, wanted, answer))


def check_layout(path, wanted, answer):
    metadata = pyarrow.parquet.read_metadata(path)
    expect(metadata.created_by, "batchrock version 0.0.0", "created_by")
    expect(metadata.num_rows, len(wanted), "rows")
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    expect(all(group.num_rows <= 122_880 for group in groups), True, "rows of a group")
    if len(wanted) > 122_880:
        expect([group.num_rows for group in groups], [122_880, len(wanted) - 122_880], "row groups")
    schema = pyarrow.parquet.read_schema(path)
    types = {name: str(schema.field(name).type) for name in schema.names}
    for name in COUNTS:
        expect(types[name], "int64", name)
    expect(types[answer], "list<element: float>" if answer == "embedding" else "string", answer)
    expect({types[n] for n in types if n not in [*COUNTS, answer]}, {"string"}, "all other types")
    expect(schema.field("status").nullable, False, "status may be null")
    start = 0
    for group in groups:
        for i in range(group.num_columns):
            check_chunk(group.column(i), wanted[start : start + group.num_rows])
        start += group.num_rows


def check_chunk(chunk, rows):
    name = chunk.path_in_schema
    # the digits of floats hardly compress
    expect(chunk.compression, "UNCOMPRESSED" if name.startswith("embedding.") else "ZSTD", f"compression of {name}")
    if "." in name:
        return
    values = [row[name] for row in rows if row.get(name) is not None] if name in rows[0] else None
    if values is None:
        return
    statistics = chunk.statistics
    expect(statistics.null_count, len(rows) - len(values), f"nulls of {name}")
    expect(statistics.has_min_max, len(values) > 0, f"bounds of {name}")
    if not values:
        return
    key = (lambda text: text.encode()) if isinstance(values[0], str) else (lambda number: number)
    least, greatest = min(values, key=key), max(values, key=key)
    expect(key(statistics.min) <= key(least) and key(statistics.max) >= key(greatest), True, f"bounds of {name} hold")
    if isinstance(least, int) or (len(least.encode()) <= 64 and len(greatest.encode()) <= 64):
        expect((statistics.min, statistics.max), (least, greatest), f"bounds of {name}")
    if name in ("status", "error_code", "stop_reason", "topic"):
        expect("RLE_DICTIONARY" in chunk.encodings, True, f"{name} has a dictionary")


def check_csv(path, wanted):
    name = path.name
    cells = cells_of_csv(wanted)
    frame = lambda: pandas.read_csv(path, dtype=str, keep_default_na=False, lineterminator=None)
    check(f"pandas reads {name}", lambda: compare(frame().to_dict("records"), cells))

    def by_python():
        csv.field_size_limit(1 << 24)
        with open(path, encoding="utf-8", newline="") as file:
            compare(csv.DictReader(file), cells)

    check(f"the csv module reads {name}", by_python)

    def by_duckdb():
        options = "all_varchar=true, header=true, delim=',', quote='\"', escape='\"', max_line_size=10000000"
        found = duckdb.sql(f"select * from read_csv('{path}', {options}, auto_detect=false, columns={columns(wanted)})")
        rows = (dict(zip(found.columns, row)) for row in found.fetchall())
        compare(({name: "" if value is None else value for name, value in row.items()} for row in rows), cells)

    check(f"DuckDB reads {name}", by_duckdb)

    def by_pyarrow():
        names = [*wanted[0], "record_id"]
        options = pyarrow.csv.ConvertOptions(column_types={n: pyarrow.string() for n in names}, strings_can_be_null=False)
        parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
        read = pyarrow.csv.ReadOptions(block_size=1 << 24)
        table = pyarrow.csv.read_csv(path, convert_options=options, parse_options=parse, read_options=read)
        compare(table.to_pylist(), cells)

    check(f"pyarrow reads {name}", by_pyarrow)


def columns(wanted):
    """The columns in the order of the file, all of them text, as DuckDB wants to be told."""
    own = [name for name in wanted[0] if name not in [*OURS, "response"]]
    names = [*own, "response", *OURS, "record_id"]
    return "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"


def check_jsonl(path, wanted):
    name = path.name
    # JSON Lines say '' where a model gives no reason
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    check(f"the json module reads {name}", lambda: compare(map(json.loads, lines), wanted))
    frame = lambda: pandas.read_json(path, lines=True, dtype=False, convert_dates=False, encoding="utf-8")
    check(f"pandas reads {name}", lambda: compare(frame().astype(object).to_dict("records"), wanted))

    def by_duckdb():
        own = columns(wanted)
        for count in COUNTS:
            own = own.replace(f"'{count}': 'VARCHAR'", f"'{count}': 'BIGINT'")
        options = f"format='newline_delimited', columns={own}, maximum_object_size=10000000"
        found = duckdb.sql(f"select * from read_json('{path}', {options})")
        compare((dict(zip(found.columns, row)) for row in found.fetchall()), wanted)

    check(f"DuckDB reads {name}", by_duckdb)
    read = pyarrow.json.ReadOptions(block_size=1 << 24)
    schema = pyarrow.schema([(n, pyarrow.int64() if n in COUNTS else pyarrow.string()) for n in wanted[0]])
    parse = pyarrow.json.ParseOptions(explicit_schema=schema)
    check(f"pyarrow reads {name}", lambda: compare(pyarrow.json.read_json(path, read, parse).to_pylist(), wanted))


def main(folder):
    checks = {".parquet": check_parquet, ".csv": check_csv, ".jsonl": check_jsonl}
    for expected in sorted(folder.glob("*.expected.jsonl")):
        wanted = [json.loads(line) for line in expected.read_text(encoding="utf-8").split("\n")[:-1]]
        for ending, work in checks.items():
            path = expected.with_name(expected.name.replace(".expected.jsonl", ending))
            if path.exists():
                work(path, wanted)


main(pathlib.Path(sys.argv[1]))
