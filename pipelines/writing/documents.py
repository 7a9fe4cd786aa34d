"""The documents made from the form, the checks and the limits, in bokmål and English: data dictionary, checks, deviation rules.

`python -m pipelines.writing.documents` writes all of them anew; a test fails when they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

from checks import all_rules
from checks.rules import Family, Rule
from domain.facts import LocalText
from domain.forms import Choice, Form, FormColumn, FormTable, RequiredWhen, load_form
from domain.limit_file import default_limits
from domain.rows import SEVERITIES
from domain.words import LANGUAGES, text
from pipelines.reading.mapped.rules import RULES as MAPPED_RULES
from pipelines.reading.returned.rules import RULES as READING_RULES
from pipelines.writing.limits_document import limits_document
from pipelines.writing.markdown import BREAK, both, markdown_table

DOCS = Path(__file__).resolve().parents[2] / "docs"


def data_dictionary(form: Form) -> str:
    """Every table and column that the form asks or has asked, as Markdown."""
    reasons = [[f"`{found.code}`", *(_said_with_help(found.label, found.help, on) for on in LANGUAGES)] for found in form.missing]
    parts = [
        f"# {both('dictionary.title')}",
        *(text("dictionary.generated", language) for language in LANGUAGES),
        *_versions(form),
        f"## {both('dictionary.missing')}",
        markdown_table(("", *LANGUAGES), reasons),
    ]
    for table in form.tables:
        parts += _table_part(table, form)
    return "\n\n".join(parts) + "\n"


def rules_document() -> str:
    """Every rule that a return is held against, by where it looks, as Markdown."""
    rules = rules_of_returns()
    parts = [f"# {both('rules.title')}", *(text("rules.generated", language) for language in LANGUAGES)]
    parts.append("\n".join(f"- {both(f'severity.{s}')} (`{s}`): {both(f'rules.severity_said.{s}')}" for s in SEVERITIES))
    titles = [both(f"rules.{name}") for name in ("code", "severity", "where")]
    titles += [text(f"rules.{name}", language) for language in LANGUAGES for name in ("message", "action")]
    for family in get_args(Family):
        parts.append(f"## {both(f'rules.family.{family}')}")
        parts.append(markdown_table(titles, [_rule_row(rule) for rule in rules if rule.family == family]))
    return "\n\n".join(parts) + "\n"


def rules_of_returns() -> tuple[Rule, ...]:
    """The rules of reading and of checking, each code once."""
    return tuple({rule.code: rule for rule in (*READING_RULES, *MAPPED_RULES, *all_rules())}.values())


def write_documents(folder: Path) -> None:
    """Writes the documents into a folder."""
    for name, made in documents().items():
        (folder / name).write_text(made, encoding="utf-8")


def documents() -> dict[str, str]:
    """The documents by the names of their files."""
    return {
        "data_dictionary.md": data_dictionary(load_form()),
        "checks.md": rules_document(),
        "deviation_rules.md": limits_document(default_limits()),
    }


# The dictionary.


def _versions(form: Form) -> Iterator[str]:
    for found in form.versions:
        heads = (text("dictionary.version", on, version=found.version, period=found.from_period) for on in LANGUAGES)
        yield "\n".join(f"- {head}: {found.what.in_language(on)}" for head, on in zip(heads, LANGUAGES, strict=True))


def _table_part(table: FormTable, form: Form) -> Iterator[str]:
    """One table: what it holds, its columns, and the answers of its lists."""
    yield f"## {_named(table.sheet)} (`{table.table}`)"
    for language in LANGUAGES:
        keys = ", ".join(form.heading(table.column(name), language) for name in table.key)
        grain = text("dictionary.key", language, columns=keys)
        rows = text("dictionary.one_row" if table.one_row_for else "dictionary.rows", language)
        yield f"{table.about.in_language(language)} {grain} {rows}"
    titles = [both(f"dictionary.{name}") for name in ("column", "header", "answer", "required", "carried", "help")]
    yield markdown_table(titles, [_column_row(column, table, form) for column in table.columns])
    listed = [(column, choice) for column in table.columns for choice in column.allowed]
    if listed:
        yield f"### {both('dictionary.codes')}: {_named(table.sheet)}"
        yield markdown_table(
            (both("dictionary.column"), "", *LANGUAGES), [_choice_row(column, choice) for column, choice in listed]
        )


def _column_row(column: FormColumn, table: FormTable, form: Form) -> list[str]:
    return [
        f"`{column.column}`",
        _in_both(lambda language: form.heading(column, language)),
        _in_both(lambda language: ", ".join(_answer_said(column, form, language))),
        _in_both(lambda language: _required_said(column, table, form, language)),
        both(f"dictionary.carried_said.{column.carried}", BREAK),
        _in_both(column.help.in_language),
    ]


def _choice_row(column: FormColumn, choice: Choice) -> list[str]:
    return [f"`{column.column}`", f"`{choice.code}`", *(choice.label.in_language(language) for language in LANGUAGES)]


def _answer_said(column: FormColumn, form: Form, language: str) -> Iterator[str]:
    """Kind, list, pattern, limits, reasons for no answer, kind of amount, versions: as far as the column has them."""
    yield text(f"dictionary.type.{column.type}", language)
    if column.allowed_from == "projects":
        yield text("dictionary.list_of_projects", language, sheet=form.table("projects").sheet.in_language(language))
    elif column.allowed_from:
        yield text("dictionary.list_of", language, list=f"`{column.allowed_from}`")
    if column.pattern:
        yield text("dictionary.pattern", language, pattern=f"`{column.pattern}`")
    if column.minimum is not None and column.maximum is not None:
        yield text("dictionary.from_to", language, low=column.minimum, high=column.maximum)
    if column.type == "text":
        yield text("dictionary.longest", language, longest=column.longest)
    if column.missing:
        labels = "; ".join(form.missing_code(code).label.in_language(language) for code in column.missing)
        yield text("dictionary.missing_allowed", language, labels=labels)
    if column.amount_type:
        yield text("dictionary.amount_type", language, kind=f"`{column.amount_type}`")
    if column.since > 1:
        yield text("dictionary.since", language, version=column.since)
    if column.until is not None:
        yield text("dictionary.until", language, version=column.until)


def _required_said(column: FormColumn, table: FormTable, form: Form, language: str) -> str:
    rule = column.required
    if not isinstance(rule, RequiredWhen):
        return text(f"dictionary.required_said.{rule}", language)
    name, _, other = rule.column.rpartition(".")
    source = form.table(name) if name else table
    asked = source.column(other)
    labels = {choice.code: choice.label.in_language(language) for choice in asked.allowed}
    answers = "; ".join(labels.get(code, code) for code in rule.is_one_of)
    sheet = f"{source.sheet.in_language(language)}: " if name else ""
    return text("dictionary.required_said.when", language, column=f"{sheet}{form.heading(asked, language)}", answers=answers)


# The rules.


def _rule_row(rule: Rule) -> list[str]:
    said = [text(f"finding.{rule.code}.{part}", language) for language in LANGUAGES for part in ("message", "action")]
    plain = [sentence.replace("*", "\\*").replace("<", "&lt;") for sentence in said]
    return [f"`{rule.code}`", both(f"severity.{rule.severity}", BREAK), _where(rule), *plain]


def _where(rule: Rule) -> str:
    form = load_form()
    return BREAK.join(_named(form.table(name).sheet) for name in rule.tables) or both("rules.everywhere")


# Words.


def _named(label: LocalText) -> str:
    return " / ".join(label.in_language(language) for language in LANGUAGES)


def _in_both(say: Callable[[str], str]) -> str:
    return BREAK.join(say(language) for language in LANGUAGES)


def _said_with_help(label: LocalText, explained: LocalText, language: str) -> str:
    return f"{label.in_language(language)}. {explained.in_language(language)}"


if __name__ == "__main__":
    write_documents(DOCS)
