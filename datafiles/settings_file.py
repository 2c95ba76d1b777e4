"""From `district.toml`, or any nested values, to the settings of a district."""

from __future__ import annotations

import dataclasses
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from datafiles.decoding import decode
from datafiles.faults import Faults, did_you_mean, shorten
from datafiles.figures import wrong_figure, wrong_value
from datafiles.schema import SETTINGS, Column
from models.errors import Problem
from models.settings import Settings

FILE = "district.toml"
PLAIN_KEYS = tuple(name for name in SETTINGS.columns if "." not in name)
SECTIONS = tuple(dict.fromkeys(name.split(".")[0] for name in SETTINGS.columns if "." in name))


def read_settings(content: bytes, faults: Faults, file: str = FILE) -> Settings:
    """Read the bytes of `district.toml`; faults are kept and neutral values stand in their place."""
    decoded = decode(content)
    if decoded.wrong:
        faults.error(Problem(file, decoded.wrong, "Save it as plain text (UTF-8).", file), "settings")
        return Settings()
    if decoded.guessed:
        faults.warn(
            Problem(file, f"is not UTF-8; it was read as {decoded.guessed}.", "Save it as UTF-8.", file)
        )
    try:
        values = tomllib.loads(re.sub("\r\n?", "\n", decoded.text))  # TOML knows no lone carriage return
    except tomllib.TOMLDecodeError as error:
        faults.error(_syntax(str(error), decoded.text, file), "settings")
        return Settings()
    except (ValueError, RecursionError):  # what the parser lets through: 5,000 digits, 1,000 brackets
        hint = "A setting is written key = value, a section [funding]."
        faults.error(
            Problem(file, "holds a number or a list that is beyond all bounds.", hint, file), "settings"
        )
        return Settings()

    def place(section: str, key: str) -> str:
        return " ".join(part for part in (file, f"[{section}]" if section else "", key) if part)

    return settings_of(values, place, faults, file)


def settings_of(
    values: Mapping[str, Any], place: Callable[[str, str], str], faults: Faults, file: str = FILE
) -> Settings:
    """Check nested values (`{"years": 5, "funding": {"growth": 0.02}}`) and return the settings.

    `place` names a section and key (either may be blank) so that a planner finds it.
    """
    given: dict[str, Any] = dict(values)
    try:
        valid = _checker().model_validate(given)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            location = [str(part) for part in fault["loc"]]
            section, key = ("", location[0]) if len(location) == 1 else (location[0], location[1])
            if not section and isinstance(given.get(key), Mapping):
                section, key = key, ""
            message, hint = _wrong(section, key, fault["input"])
            at = place(section, key)
            name = f"{section}.{key}" if section and key else section or key
            faults.error(Problem(at, message, hint, file, None, name, str(fault["input"])), "settings", name)
            _drop(given, location)
        valid = _checker().model_validate(given)
    found = valid.model_dump(exclude_unset=True)
    classes = {f.name: f.default_factory for f in dataclasses.fields(Settings) if f.name in SECTIONS}
    settings = Settings(
        **{
            key: dataclasses.replace(classes[key](), **value) if key in classes else value  # type: ignore[operator]
            for key, value in found.items()
        }
    )
    low, high = settings.leaders.stipend_min, settings.leaders.stipend_max
    if low is not None and high is not None and low > high:
        at = place("leaders", "stipend_min")
        message = f"{low:,.10g} is above stipend_max, {high:,.10g}."
        faults.error(
            Problem(at, message, "Exchange them.", file, None, "leaders.stipend_min", f"{low:g}"),
            "settings",
            "leaders.stipend_min",
        )
    return settings


@cache
def _checker() -> type[BaseModel]:
    """Build the pydantic model of the settings from the rows of the schema."""
    strict = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    def field(column: Column) -> Any:
        if column.choices:
            return (Literal[column.choices], None)
        if column.type == "text":
            return (str, Field(None, min_length=1))
        low, high = column.bounds
        return (int if column.type == "whole" else float, Field(None, ge=low, le=high))

    def fields(prefix: str) -> dict[str, Any]:
        return {
            name.removeprefix(prefix): field(column)
            for name, column in SETTINGS.columns.items()
            if name.startswith(prefix) and "." not in name.removeprefix(prefix)
        }

    sections: dict[str, Any] = {
        section: (create_model(section, __config__=strict, **fields(f"{section}.")), None)
        for section in SECTIONS
    }
    return create_model("settings", __config__=strict, **fields(""), **sections)


def _wrong(section: str, key: str, value: object) -> tuple[str, str]:
    """Say what is wrong with one setting and how to mend it."""
    name = f"{section}.{key}" if section and key else section or key
    if name in SECTIONS:
        return (
            f"is {_said(value)}; a section is expected.",
            f"Write [{name}] on a line of its own, and its keys below it.",
        )
    column = SETTINGS.columns.get(name)
    if column is None:
        return _unknown(section, key, value)
    shown = _said(value)
    if column.is_figure and isinstance(value, str):
        wrong = wrong_figure(value.strip(), column)
        hint = wrong[1] if wrong and value.strip() else f"Write it without quotes: {key} = {shorten(value)}"
        return f"{shown} is text; {column.expected} is expected.", hint
    if column.is_figure and isinstance(value, (int, float)) and not isinstance(value, bool):
        return wrong_value(_float(value), shown, column) or (
            f"{shown} is not written as a whole number; {column.expected} is expected.", f"Write it as {value:.0f}.",
        )  # fmt: skip
    if column.choices and isinstance(value, str):
        return f"{shown} is unknown; {column.expected} is expected.", did_you_mean(value, column.choices)
    if column.type == "text" and value == "":
        return "is blank; text is expected.", "Fill it in."
    quotable = isinstance(value, (int, float)) and not column.choices and not column.is_figure
    hint = f'Text stands in quotes: {key} = "{shown}"' if quotable else ""
    return (
        f"{shown} is not {'a number' if column.is_figure else 'text'}; {column.expected} is expected.",
        hint,
    )


def _unknown(section: str, key: str, value: object) -> tuple[str, str]:
    if not key or isinstance(value, Mapping):
        where = section or key
        return "is an unknown section.", did_you_mean(
            where, [f"[{name}]" for name in SECTIONS], f"The sections are: {', '.join(SECTIONS)}."
        )
    keys = (
        [n.split(".")[1] for n in SETTINGS.columns if n.startswith(f"{section}.")]
        if section
        else [*PLAIN_KEYS]
    )
    homes = [n.rpartition(".")[0] for n in SETTINGS.columns if n.split(".")[-1] == key]
    if homes:
        hint = f"It belongs to section [{homes[0]}]." if homes[0] else "It stands above the first section."
        return "is an unknown key.", hint
    return "is an unknown key.", did_you_mean(key, keys, f"The keys are: {', '.join(keys)}.")


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _said(value: object) -> str:
    """Show a value as a planner wrote it, or say what it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return shorten(str(value), 24)
    if isinstance(value, str):
        return f'"{shorten(value)}"'
    return "a list" if isinstance(value, list) else "a section" if isinstance(value, Mapping) else f"{value}"


def _drop(values: dict[str, Any], location: list[str]) -> None:
    """Take a wrong value out, so that the others can be read."""
    if len(location) > 1 and isinstance(values.get(location[0]), Mapping):
        values[location[0]] = {k: v for k, v in values[location[0]].items() if k != location[1]}
    else:
        values.pop(location[0], None)


def _syntax(message: str, text: str, file: str) -> Problem:
    """Name the line that is not TOML, and mend the usual slips."""
    at = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)", message)
    lines = text.splitlines() or [""]
    number = int(at[1]) if at and at[1] else len(lines)
    line = lines[min(number, len(lines)) - 1].strip()
    what = f"cannot be read: {shorten(line)}" if line else f"cannot be read: {message}."
    return Problem(f"{file} line {number}", what, _mended(line, message), file, number)


def _mended(line: str, message: str) -> str:
    code = line.split("#")[0].strip()
    if "overwrite" in message or "twice" in message or "Cannot declare" in message or "already" in message:
        return "It stands in the file twice; keep one of them."
    if code.startswith("[") and not code.endswith("]"):
        return f"Close the section's name: {code}]"
    if code.startswith("["):
        return "A section is written [funding]."
    key, sign, value = code.partition("=")
    if not sign:
        key, sign, value = code.partition(":")
        if not sign:
            return "A setting is written key = value, a section [funding]."
    key, value = key.strip(), shorten(value)
    if not re.fullmatch(r"[\w\-. \"']+", key, re.ASCII):
        return "A key is written with the letters a to z and _ alone."
    if not value:
        return "Write a value behind the =, or take the line out to have the default."
    if len(value) > 1 and value[0] == value[-1] == '"':
        return "Text holds no control characters; a backslash is written twice."
    column = next((c for n, c in SETTINGS.columns.items() if n.split(".")[-1] == key), None)
    if value.count('"') % 2 or value.count("'") % 2:
        return f'Close the quotes: {key} = "{value.strip(chr(34) + chr(39))}"'
    if column is not None and column.is_figure:
        wrong = wrong_figure(value, column)
        return (
            wrong[1].replace("Write it as ", f"Write: {key} = ").rstrip(".")
            if wrong
            else f"Write: {key} = {value}"
        )
    return f'Text stands in quotes: {key} = "{value.strip(chr(34))}"'
