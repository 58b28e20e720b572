"""Parquet files as pyarrow and DuckDB write them, and what pyarrow reads from them.

  parquet_files.py write DIR   writes NAME.parquet of every type, codec, encoding and page version into DIR
  parquet_files.py check DIR   compares DIR/NAME.jsonl, rows that others have read from NAME.parquet, with pyarrow's reading
"""

import base64
import datetime as dt
import json
import pathlib
import sys
import uuid
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 9
UNITS = {"s": 10**0, "ms": 10**3, "us": 10**6, "ns": 10**9}


def cycle(values):
    return [values[i % len(values)] for i in range(ROWS)]


def types_table():
    stamps = [0, -1, 1_700_000_000_123, -62_135_596_800_000, None, 253_402_300_799_999]
    columns = {
        "bool": pa.array(cycle([True, False, None])),
        "decimal9": pa.array(cycle([Decimal("-0.05"), None, Decimal("1234567.89")]), pa.decimal128(9, 2)),
        "decimal18": pa.array(cycle([Decimal("12345678901234.5678"), Decimal("-0.0001"), None]), pa.decimal128(18, 4)),
        "decimal38": pa.array(cycle([Decimal("9" * 28 + "." + "9" * 10), None, Decimal("-1E-10")]), pa.decimal128(38, 10)),
        "decimal76": pa.array(cycle([Decimal("-" + "7" * 76), None, Decimal(5)]), pa.decimal256(76, 0)),
        "date": pa.array(cycle([dt.date(1970, 1, 1), dt.date(1, 1, 1), None, dt.date(9999, 12, 31), dt.date(2024, 2, 29)])),
        "time_ms": pa.array(cycle([0, 86_399_999, None, 45_296_000]), pa.time32("ms")),
        "time_us": pa.array(cycle([0, 86_399_999_999, None, 45_296_000_001]), pa.time64("us")),
        "time_ns": pa.array(cycle([0, 86_399_999_999_999, None, 1]), pa.time64("ns")),
        "stamp_ms": pa.array(cycle(stamps), pa.timestamp("ms")),
        "stamp_us": pa.array(cycle([s and s * 1000 + 7 for s in stamps]), pa.timestamp("us")),
        "stamp_us_utc": pa.array(cycle([s and s * 1000 for s in stamps]), pa.timestamp("us", "UTC")),
        "stamp_ns": pa.array(cycle([-1, 1_700_000_000_123_456_789, None, -(2**63), 2**63 - 1]), pa.timestamp("ns")),
        "float16": pa.array(cycle([0.5, 65504.0, None, float("nan")]), pa.float16()),
        "float32": pa.array(cycle([0.1, -0.0, None, 3.4028234663852886e38, float("nan"), 1e-45]), pa.float32()),
        "float64": pa.array(cycle([0.1, -0.0, None, 1.7976931348623157e308, float("-inf"), 5e-324])),
        "string": pa.array(cycle(["", 'a"b\\c\n\t\x01', None, "größer 東京 🧗", "x" * 300, "\u2028\x7f"])),
        "large": pa.array(cycle(["long", None]), pa.large_string()),
        "category": pa.array(cycle(["a", "b", None, "a"])).dictionary_encode(),
        "binary": pa.array(cycle([b"", b"\x00\xff", None, b"abc"])),
        "fixed": pa.array(cycle([b"abcd", None, b"\x00\xff\x01\x02"]), pa.binary(4)),
        "uuid": pa.array(cycle([uuid.UUID(int=2**127 + 5).bytes, None]), pa.uuid()),
        "null": pa.nulls(ROWS),
        'odd "name"\n': pa.array(cycle([1, None])),
    }
    for bits in (8, 16, 32, 64):
        signed = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, 0, None, -1]
        columns[f"int{bits}"] = pa.array(cycle(signed), getattr(pa, f"int{bits}")())
        columns[f"uint{bits}"] = pa.array(cycle([0, 2**bits - 1, 2 ** (bits - 1), None]), getattr(pa, f"uint{bits}")())
    return pa.table(columns)


def nested_table():
    item = pa.struct([("x", pa.list_(pa.int32())), ("y", pa.string())])
    return pa.table({
        "before": pa.array(range(ROWS)),
        "struct": pa.array(cycle([{"a": 1, "b": "x"}, {"a": None, "b": None}, None]), pa.struct([("a", pa.int64()), ("b", pa.string())])),
        "deep": pa.array(cycle([{"s": {"t": {"u": 1}}}, {"s": {"t": None}}, {"s": None}, None]),
                         pa.struct([("s", pa.struct([("t", pa.struct([("u", pa.int8())]))]))])),
        "list": pa.array(cycle([[1, None, 3], [], None, [4]]), pa.list_(pa.int32())),
        "lists": pa.array(cycle([[[1], [], None], [], None, [[2, 3], [4]], [None]]), pa.list_(pa.list_(pa.int32()))),
        "structs": pa.array(cycle([[{"x": [1, 2], "y": "q"}, {"x": None, "y": None}], [], None, [None], [{"x": [], "y": "r"}]]), pa.list_(item)),
        "map": pa.array(cycle([[("k", 1), ("l", None)], [], None, [('"', 4)]]), pa.map_(pa.string(), pa.int32())),
        "map_int": pa.array(cycle([[(1, [1]), (-2, None)], [], None, [(4, [])]]), pa.map_(pa.int32(), pa.list_(pa.int32()))),
        "vector": pa.array([[i / 7 + j / 3 for j in range(40)] for i in range(ROWS)], pa.list_(pa.float32())),
        "after": pa.array([str(i) for i in range(ROWS)]),
    })


def required(table):
    """The columns without nulls, declared so."""
    fields = []
    arrays = []
    for field, column in zip(table.schema, table.columns):
        if pa.types.is_null(field.type) or pa.types.is_dictionary(field.type):
            continue
        kept = column.drop_null()
        fields.append(field.with_nullable(False))
        arrays.append(pa.concat_arrays(kept.chunks * 9).slice(0, 5))
    return pa.table(arrays, schema=pa.schema(fields))


def encodings(table):
    """A column_encoding for each flat column that is not PLAIN."""
    chosen = {}
    turn = 0
    for field in table.schema:
        kind = field.type
        turn += 1
        if pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_timestamp(kind):
            chosen[field.name] = "DELTA_BINARY_PACKED"
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
            chosen[field.name] = "DELTA_BYTE_ARRAY" if turn % 2 else "DELTA_LENGTH_BYTE_ARRAY"
        elif pa.types.is_floating(kind) or pa.types.is_fixed_size_binary(kind):
            chosen[field.name] = "BYTE_STREAM_SPLIT"
        elif pa.types.is_boolean(kind):
            chosen[field.name] = "RLE"
    return chosen


def write(folder):
    tables = {"types": types_table(), "nested": nested_table()}
    tables["required"] = required(tables["types"])
    for name, table in tables.items():
        def put(suffix, **options):
            pq.write_table(table, folder / f"{name}-{suffix}.parquet", **options)
        for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
            put(f"{codec}-v1", compression=codec)
            put(f"{codec}-v2", compression=codec, data_page_version="2.0")
        put("plain", use_dictionary=False)
        put("groups", row_group_size=2)
        put("pages", data_page_size=1, write_batch_size=2, use_dictionary=False)
        put("pages-v2", data_page_size=1, write_batch_size=2, data_page_version="2.0", use_dictionary=False)
        put("checksums", write_page_checksum=True, data_page_size=1, write_batch_size=3)
        if name != "nested":
            put("encoded", use_dictionary=False, column_encoding=encodings(table))
            put("encoded-v2", use_dictionary=False, column_encoding=encodings(table), data_page_version="2.0", compression="zstd")
            put("decimals", store_decimal_as_integer=True)
    stamps = pa.table({"old": pa.array([0, -1, 1_700_000_000_123_456_789, None], pa.timestamp("ns"))})
    pq.write_table(stamps, folder / "int96.parquet", use_deprecated_int96_timestamps=True)
    many = pa.table({"n": pa.array([i * i * (-1) ** i for i in range(3000)]), "s": pa.array([f"row {i % 70}" for i in range(3000)]),
                     "p": pa.array([None if i % 100 < 90 else i for i in range(3000)])})
    pq.write_table(many, folder / "many.parquet")
    pq.write_table(many, folder / "many-delta.parquet", use_dictionary=False, data_page_size=1000,
                   column_encoding={"n": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY", "p": "DELTA_BINARY_PACKED"})
    write_duckdb(folder)
    print(f"ok files are written: {len(list(folder.glob('*.parquet')))}")


def write_duckdb(folder):
    import duckdb

    query = """select i::bigint as big, (i % 85 * 3)::utinyint as small, i::hugeint as huge, i / 7 as ratio, i % 3 = 0 as flag,
      case when i % 4 = 0 then null else 'text ' || (i % 5) end as text, ('0' || i)::blob as bytes, (i || '.25')::decimal(12, 2) as price,
      date '2024-02-28' + i::int as day, time '12:34:56.789' as clock, timestamp '1969-12-31 23:59:59.5' + to_seconds(i) as stamp,
      timestamptz '2024-01-01 00:00:00+00' + to_days(i::int) as instant, timestamp_ns '2024-01-01 00:00:00.123456789' as nanos,
      '00000000-0000-0000-0000-00000000000a'::uuid as id, to_months(i::int) + to_days(2) + to_milliseconds(3) as span,
      [i, null, i + 1] as list, {'a': i, 'b': [{'c': 'x' || i}]} as struct, map {'k': i} as map
      from range(300) t(i)"""
    for name, options in {"snappy": "", "v2": ", parquet_version v2", "zstd": ", compression zstd", "lz4": ", compression lz4_raw",
                          "groups": ", row_group_size 2048, compression gzip"}.items():
        duckdb.sql(f"copy ({query}) to '{folder}/duckdb-{name}.parquet' (format parquet{options})")


class Number(str):
    """A number as it was written."""


def check(folder):
    for path in sorted(folder.glob("*.parquet")):
        try:
            compare(pq.read_table(path), path.with_suffix(".jsonl"))
            print(f"ok {path.stem}")
        except Exception as error:  # each file is a check of its own
            print(f"not ok {path.stem}: {type(error).__name__} {error}".replace("\n", " "))


def compare(table, path):
    rows = [json.loads(line, parse_int=Number, parse_float=Number, parse_constant=None) for line in path.read_bytes().split(b"\n") if line]
    assert len(rows) == table.num_rows, f"{len(rows)} rows, pyarrow reads {table.num_rows}"
    for i, row in enumerate(rows):
        assert list(row) == table.column_names, f"row {i} has {list(row)}"
    for name, column in zip(table.column_names, table.columns):
        column = column.combine_chunks()
        wanted = plain(column)
        for i, row in enumerate(rows):
            found = value(column.type, row[name])
            assert same(found, wanted[i]), f"row {i}, {name}: {row[name]!r} for {wanted[i]!r}"


def plain(column):
    """The values, timestamps and times as whole numbers of their unit."""
    if pa.types.is_timestamp(column.type) or pa.types.is_time64(column.type):
        return column.cast(pa.int64()).to_pylist()
    if pa.types.is_time32(column.type):
        return column.cast(pa.int32()).to_pylist()
    return column.to_pylist()


def same(a, b):
    return a == b or (a != a and b != b)


def value(kind, text):
    """What the text in a row means as a value of pyarrow's type."""
    if text is None:
        return None
    if pa.types.is_boolean(kind):
        assert isinstance(text, bool)
        return text
    if pa.types.is_integer(kind):
        assert isinstance(text, Number)
        return int(text)
    if pa.types.is_floating(kind):
        assert isinstance(text, Number) or text in ("NaN", "Infinity", "-Infinity")
        return pa.scalar(float(text), kind).as_py()
    if pa.types.is_decimal(kind):
        assert isinstance(text, Number) and len(text.partition(".")[2]) == kind.scale
        return Decimal(text)
    if pa.types.is_date(kind):
        return dt.date.fromisoformat(text)
    if pa.types.is_time(kind):
        return units(text, kind.unit)
    if pa.types.is_timestamp(kind):
        assert text.endswith("Z") == (kind.tz is not None)
        day, _, clock = text.removesuffix("Z").partition("T")
        return (dt.date.fromisoformat(day) - dt.date(1970, 1, 1)).days * 86_400 * UNITS[kind.unit] + units(clock, kind.unit)
    if isinstance(kind, pa.UuidType):
        return uuid.UUID(text)
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 12:
        months, _, rest = text.removeprefix("P").partition("M")
        days, _, seconds = rest.partition("DT")
        parts = (int(months), int(days), round(Decimal(seconds.removesuffix("S")) * 1000))
        return b"".join(part.to_bytes(4, "little") for part in parts)
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return base64.b64decode(text, validate=True)
    if pa.types.is_map(kind):
        as_key = str if pa.types.is_string(kind.key_type) else Number
        return [(value(kind.key_type, as_key(key)), value(kind.item_type, item)) for key, item in text.items()]
    if pa.types.is_list(kind):
        return [value(kind.value_type, item) for item in text]
    if pa.types.is_struct(kind):
        assert list(text) == [field.name for field in kind]
        return {field.name: value(field.type, text[field.name]) for field in kind}
    assert isinstance(text, str) and not isinstance(text, Number)
    return text


def units(clock, unit):
    whole, _, fraction = clock.partition(".")
    hours, minutes, seconds = map(int, whole.split(":"))
    digits = len(str(UNITS[unit])) - 1
    assert fraction == "" or len(fraction) == digits
    return (hours * 3600 + minutes * 60 + seconds) * UNITS[unit] + int(fraction or 0)


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
