"""What the surroundings decide: every environment variable of Nullvekst is read here and nowhere else."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from domain.words import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
# As Statens vegvesen documents it.
TRAFFIC_API_URL = "https://trafikkdata-api.atlas.vegvesen.no"
TRAFFIC_API_CLIENT = "Nullvekst"
# No limit is documented. Two a second fetches a city's nine years in some six minutes.
TRAFFIC_API_PER_SECOND = 2.0
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_CLIENT_NAME = re.compile(r"[ -~]{1,100}")
_MOST_PER_SECOND = 20.0


class BadSetting(ValueError):
    """An environment variable has a value that cannot be used; says which, and what is accepted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`data_dir` holds all state; `language` is of messages for people; the rest is how the public traffic API is asked."""

    data_dir: Path
    language: str
    traffic_api_url: str = TRAFFIC_API_URL
    traffic_api_client: str = TRAFFIC_API_CLIENT
    traffic_api_per_second: float = TRAFFIC_API_PER_SECOND


def settings() -> Settings:
    """The settings of this process. BadSetting names the variable and what it accepts."""
    language = os.environ.get("APP_LANGUAGE", "nb")
    if language not in LANGUAGES:
        raise BadSetting(f"APP_LANGUAGE = {language!r}; accepted: {', '.join(LANGUAGES)}")
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / "data" / "var")
    heads_file(data_dir)  # a disk that is not there is told before anything is done
    return Settings(
        data_dir,
        language,
        _endpoint("TRAFFIC_API_URL", TRAFFIC_API_URL),
        _client_name("TRAFFIC_API_CLIENT", TRAFFIC_API_CLIENT),
        _per_second("TRAFFIC_API_PER_SECOND", TRAFFIC_API_PER_SECOND),
    )


def heads_file(data_dir: Path) -> Path:
    """Where the heads of the chain of acts are kept, best on another disk. BadSetting where its folder is not there."""
    given = os.environ.get("HEADS_FILE")
    if not given:
        return data_dir / "heads.log"
    if not Path(given).parent.is_dir():
        raise BadSetting(f"HEADS_FILE = {given!r}; accepted: a file in a folder that is there")
    return Path(given)


def _endpoint(name: str, default: str) -> str:
    """An address with https; http only to this machine itself."""
    given = os.environ.get(name) or default
    try:
        parts = urlsplit(given)
        is_usable = bool(parts.hostname) and (parts.port or 1) > 0 and not parts.username
    except ValueError:
        is_usable = False
    if not is_usable or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS)):
        # What stands before @ may be a password.
        raise BadSetting(f"{name} = {given.rpartition('@')[2]!r}; accepted: an address that begins with https://")
    return given


def _client_name(name: str, default: str) -> str:
    given = os.environ.get(name) or default
    if not _CLIENT_NAME.fullmatch(given) or given != given.strip():
        raise BadSetting(f"{name} = {given!r}; accepted: up to 100 letters without accents, digits and signs")
    return given


def _per_second(name: str, default: float) -> float:
    given = os.environ.get(name) or str(default)
    try:
        number = float(given)
    except ValueError:
        number = 0.0
    if not 0 < number <= _MOST_PER_SECOND:
        raise BadSetting(f"{name} = {given!r}; accepted: a number above 0, up to {_MOST_PER_SECOND:g}")
    return number
