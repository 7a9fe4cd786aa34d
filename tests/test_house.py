"""The rules of the house that no linter knows: names, words, rooms, locks. Each reads the source and runs none of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from ruamel.yaml import YAML

from domain.words import LANGUAGES, words
from pipelines.history.database import open_database

ROOT = Path(__file__).parents[1]
ROOMS = ("domain", "checks", "pipelines", "dashboard")
BANNED_FILES = {"utils", "util", "helpers", "helper", "common", "const", "constants", "misc", "manager"}
BANNED_NAMES = {"data", "info", "value", "process", "handle", "manager", "util", "utils", "helper"}
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
SQL_FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.sql"))
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def parts(path: Path) -> tuple[ast.AST, ...]:
    """Everything in a file, walked once for all the rules."""
    return tuple(ast.walk(tree(path)))


def place(path: Path, node: ast.AST | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def inside(path: Path, *folders: str) -> bool:
    return any(path.is_relative_to(ROOT / folder) for folder in folders)


def imports(path: Path) -> Iterator[tuple[ast.AST, str]]:
    for node in parts(path):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def calls(path: Path) -> tuple[tuple[ast.Call, str], ...]:
    """Every call with its dotted name as written: `st.html`, `connection.execute`."""
    return tuple((node, dotted(node.func)) for node in parts(path) if isinstance(node, ast.Call))


def dotted(called: ast.expr) -> str:
    """As `ast.unparse`, which is slow, writes it."""
    if isinstance(called, ast.Name):
        return called.id
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name | ast.Attribute):
        return f"{dotted(called.value)}.{called.attr}"
    return ast.unparse(called)


def constants(path: Path) -> Iterator[ast.Constant]:
    """Every string in the code but docstrings and the parts of f-strings."""
    skipped = set()
    for node in parts(path):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
    for node in parts(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node


def definitions(path: Path) -> Iterator[Definition]:
    yield from (node for node in parts(path) if isinstance(node, Definition))


def none_of(found: Iterator[str]) -> None:
    listed = sorted(set(found))
    assert not listed, "\n" + "\n".join(listed)


def test_there_is_something_to_look_at():
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == set(ROOMS)


# Who may import whom. The contracts in pyproject.toml say the rest.


def test_great_expectations_is_imported_late_and_by_one_module():
    door = ROOT / "checks" / "run_expectations.py"
    late = {id(node) for function in definitions(door) for node in ast.walk(function)}
    none_of(
        f"{place(path, node)} imports {name}"
        for path in SOURCES
        for node, name in imports(path)
        if name.split(".")[0] == "great_expectations" and (path != door or id(node) not in late)
    )


def test_libraries_stay_in_their_rooms():
    allowed = {
        "streamlit": ("dashboard",),
        "plotly": ("dashboard",),
        "duckdb": ("pipelines/history", "pipelines/hourly"),
        "openpyxl": ("pipelines/reading", "pipelines/writing"),
        "starlette": (
            "dashboard/server.py",
            "dashboard/gate.py",
            "dashboard/delivery.py",
            "dashboard/acting.py",
            "dashboard/own_files.py",
        ),
    }
    none_of(
        f"{place(path, node)} imports {name}"
        for path in SOURCES
        for node, name in imports(path)
        if (top := name.split(".")[0]) in allowed and not inside(path, *allowed[top])
    )


def test_databases_are_opened_in_one_place_in_silence():
    """Elsewhere one would write its progress on standard output, where a command has its answer."""
    assert {path.name for path in SOURCES for _, called in calls(path) if called == "duckdb.connect"} == {"database.py"}
    with open_database() as connection:
        assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)


def test_methods_and_the_domain_do_no_input_or_output():
    doors = {
        ROOT / "domain" / f"{name}.py"
        for name in ("load", "words", "fact_files", "glossary", "indicators", "forms", "mappings", "price_indices")
    }
    modules = {
        "io",
        "os",
        "pathlib",
        "random",
        "requests",
        "shutil",
        "socket",
        "sqlite3",
        "subprocess",
        "tempfile",
        "time",
        "urllib",
    }
    looked_at = [path for path in SOURCES if inside(path, "domain", "pipelines/methods") and path not in doors]
    none_of(
        f"{place(path, node)} imports {name}"
        for path in looked_at
        for node, name in imports(path)
        if name.split(".")[0] in modules
    )
    clock = re.compile(r"(^|\.)(open|print|input|today|now|utcnow|read_text|write_text|read_csv|read_excel|to_csv)$")
    none_of(f"{place(path, node)} calls {name}" for path in looked_at for node, name in calls(path) if clock.search(name))


def test_environment_variables_are_read_in_one_place():
    one = ROOT / "pipelines" / "settings.py"
    none_of(
        place(path, node)
        for path in SOURCES
        for node in parts(path)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and path != one
    )


# Names.


def test_no_code_names_an_agreement_a_municipality_or_an_index():
    agreements = [YAML(typ="safe").load(path) for path in sorted((ROOT / "domain" / "agreements").glob("*.yaml"))]
    names = {str(found[key]) for found in agreements for key in ("agreement_id", "name", "short_name") if found.get(key)}
    names |= {str(part["name"]) for found in agreements for part in found["municipalities"]}
    names |= {str(found["index"][key]) for found in agreements for key in ("index_id", "area_name") if found["index"].get(key)}
    names |= {found["agreement_id"].capitalize() for found in agreements}
    assert len(names) > 10
    pattern = re.compile(rf"\b({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\b")
    none_of(
        f"{path.relative_to(ROOT)}:{number} {found.group()}"
        for path in [*SOURCES, *SQL_FILES]
        if not inside(path, "pipelines/examples")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for found in pattern.finditer(line)
    )


def test_files_functions_and_parameters_say_what_they_are():
    none_of(place(path) for path in SOURCES if path.stem in BANNED_FILES)
    for path in SOURCES:
        for node in definitions(path):
            assert node.name.strip("_").lower() not in BANNED_NAMES, place(path, node)
            # "measure" means both indicator and tiltak: no part of a name may be it.
            assert "measure" not in re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", node.name).lower()), place(path, node)
            if not isinstance(node, ast.ClassDef):
                given = {it.arg for it in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]}
                # `value` may be a parameter (of what takes anything there is no better word), and so may the `handle` of a file.
                assert not given & ((BANNED_NAMES | {"measure"}) - {"value", "handle"}), place(path, node)


def test_everything_public_says_what_it_is():
    none_of(f"{place(path)} has no docstring" for path in SOURCES if not ast.get_docstring(tree(path)))
    none_of(
        f"{place(path, node)} {node.name} has no docstring"
        for path in SOURCES
        for node in tree(path).body
        if isinstance(node, Definition) and not node.name.startswith("_") and not ast.get_docstring(node)
    )
    for path in SQL_FILES:
        first, second, *_ = path.read_text(encoding="utf-8").splitlines()
        assert first.startswith("-- Grain: "), place(path)
        assert second.startswith("-- Source: "), place(path)


def test_nothing_is_left_for_later():
    later = re.compile(rf"\b({'TO'}DO|{'FIX'}ME)\b")  # in pieces, or this file would be found
    looked_at = [*SOURCES, *SQL_FILES, *(ROOT / "bench").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), ROOT / "Makefile"]
    none_of(place(path) for path in looked_at if later.search(path.read_text(encoding="utf-8")))


# What a page and a query may be made of.


def test_no_query_is_put_together_from_text():
    none_of(
        place(path, call)
        for path in SOURCES
        for call, name in calls(path)
        if name.rpartition(".")[2] in {"execute", "executemany", "sql", "query"} and call.args and _is_put_together(call.args[0])
    )


def _is_put_together(query: ast.expr) -> bool:
    if ast.unparse(query).lstrip("f'\"").startswith("ATTACH "):  # takes no parameters in DuckDB
        return False
    if isinstance(query, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in query.values)
    return isinstance(query, ast.BinOp) or (
        isinstance(query, ast.Call) and ast.unparse(query.func).endswith((".format", ".join"))
    )


def test_html_is_written_by_the_parts_alone():
    none_of(
        f"{place(path, call)} {name}"
        for path in SOURCES
        for call, name in calls(path)
        if not inside(path, "dashboard/parts")
        and (
            name in {"st.html", "st.iframe"} or "components" in name or any(it.arg == "unsafe_allow_html" for it in call.keywords)
        )
    )
    none_of(
        place(path, call)
        for path in SOURCES
        for call, _ in calls(path)
        if any(it.arg == "unsafe_allow_html" for it in call.keywords)
    )


def test_pages_ask_and_draw():
    for path in (found for found in SOURCES if inside(found, "dashboard/pages")):
        sentences = [node for node in constants(path) if " " in node.value and len(node.value) > 25]
        none_of(f"{place(path, node)} {node.value!r}" for node in sentences)
        queries = [
            node
            for node in constants(path)
            if re.search(r"\b(select|insert|update|delete)\b.*\b(from|into|set)\b", node.value, re.I)
        ]
        none_of(f"{place(path, node)} a query" for node in queries)
        none_of(
            f"{place(path, node)} arithmetic on a column"
            for node in parts(path)
            if isinstance(node, ast.BinOp) and (_is_column(node.left) or _is_column(node.right))
        )


def _is_column(part: ast.expr) -> bool:
    return isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant) and isinstance(part.slice.value, str)


# Words.


def said_keys() -> Iterator[tuple[str, ast.expr]]:
    """The first argument of every `text(...)` and `here.say(...)`, with its place."""
    for path in SOURCES:
        for call, name in calls(path):
            if (name in {"text", "words.text"} or name.endswith(".say")) and call.args:
                yield place(path, call), call.args[0]


def as_pattern(key: ast.JoinedStr) -> str:
    """`f"page.goal.{name}"` -> a pattern with one group for each part that is filled in."""
    return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)" for part in key.values)


def matches(pattern: str, keys: str) -> Iterator[re.Match[str]]:
    """Each of the keys, one a line, that is as the pattern says from its beginning to its end."""
    return re.finditer(rf"^{pattern}$", keys, re.M)


def test_every_word_that_code_asks_for_exists():
    known = words(LANGUAGES[0])
    keys = "\n".join(known)
    for where, key in said_keys():
        if isinstance(key, ast.Constant):
            assert key.value in known, where
        elif isinstance(key, ast.JoinedStr):
            assert any(matches(as_pattern(key), keys)), where
    for path in SOURCES:
        for call, name in calls(path):
            if name in {"Finding", "CellNote"} and call.args and isinstance(call.args[0], ast.Constant):
                for part in ("message", "action"):
                    assert f"finding.{call.args[0].value}.{part}" in known, place(path, call)


def test_no_word_is_unused():
    literal = {node.value for path in SOURCES for node in constants(path)}
    patterns = {as_pattern(node) for path in SOURCES for node in parts(path) if isinstance(node, ast.JoinedStr)}
    of_keys = [pattern for pattern in patterns if re.match(r"\w+\\\.", pattern)]
    of_names = [pattern for pattern in patterns if re.fullmatch(r"\w{3,}\(\.\+\)", pattern)]
    # What a key is filled with comes from code (a code, a name of a field, such a name put together) or from an agreement.
    sources = [*SOURCES, *(ROOT / "domain" / "agreements").glob("*.yaml")]
    written = {word for path in sources for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}

    @cache
    def is_written(word: str) -> bool:
        return word in written or word.isdigit() or any(re.fullmatch(pattern, word) for pattern in of_names)

    keys = "\n".join(words(LANGUAGES[0]))
    put_together = {
        found.group()
        for pattern in of_keys
        for found in matches(pattern, keys)
        if all(map(is_written, ".".join(found.groups()).split(".")))
    }
    none_of(iter(words(LANGUAGES[0]).keys() - literal - put_together))


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_languages_have_the_same_words_with_the_same_places(language):
    first, other = words(LANGUAGES[0]), words(language)
    assert first.keys() == other.keys()
    places = {key: [{name for _, name, _, _ in Formatter().parse(said[key]) if name} for said in (first, other)] for key in first}
    none_of(f"{key}: {there} and {here}" for key, (there, here) in places.items() if there != here)
    none_of(key for key in first if not first[key].strip() or not other[key].strip())


# Locks.


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_pins_everything_by_hash_and_names_no_place(name):
    lines = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pins = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(pins) > 40
    none_of(
        pin[:80] for pin in pins if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+( ; .+?)? +(--hash=sha256:[0-9a-f]{64} *)+", pin)
    )
    none_of(line[:80] for line in lines if re.search(r"https?:|file:|--(extra-)?index-url|--find-links|(^|\s)/", line))


def test_the_runtime_lock_is_part_of_the_full_one():
    runtime, full = (
        set(re.findall(r"^([\w.-]+==[\w.]+)", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert runtime <= full
