"""Whether the bytes of a file are a plain Excel package of bearable size. What really inflates is counted."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import BinaryIO
from xml.parsers import expat

from pipelines.reading.refusing import DAMAGED, FileRefused, broken

MB = 1024 * 1024
# The form and the official workbooks are under 1 MB and 7 000 rows; these leave room and still bound what a file can cost.
MAX_FILE_BYTES = 25 * MB
MAX_MEMBERS = 200
MAX_INFLATED_BYTES = 150 * MB
MAX_RATIO = 200  # real sheets lie between 4 and 20
MAX_DEPTH = 100  # of elements in each other; Excel's parts have under twenty
SMALL_BYTES = MB  # a member below this is no bomb, whatever its ratio

OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and every workbook with a password
ZIP = b"PK\x03\x04"
BINARY_TYPES = ("sheet.binary", "workbook.bin")
WORKBOOK_TYPES = ("spreadsheetml.sheet.main+xml", "spreadsheetml.template.main+xml")
# Found in the names of parts or in their declared types; lower case.
ACTIVE = (
    "vbaproject", "macroenabled", "macrosheet", "externallink", "/connections.xml", ".connections+xml", "querytable",
    "/embeddings/", "oleobject", "activex", "webextension", "/xl/model/",
)  # fmt: skip
QUERY = b"microsoft.com/DataMashup"  # Power Query keeps its steps in an XML part that may have any name


def check_package(handle: BinaryIO) -> None:
    """Raises FileRefused unless the bytes are a plain workbook of bearable size. The name of the file says nothing."""
    head = handle.read(len(OLE2))
    if head == OLE2:
        raise FileRefused("old_or_protected_workbook")
    if not head.startswith(ZIP):
        raise FileRefused("not_a_workbook")
    if (size := handle.seek(0, 2)) > MAX_FILE_BYTES:
        raise FileRefused("too_large", limit="file_bytes", allowed=MAX_FILE_BYTES, found=size)
    try:
        with zipfile.ZipFile(handle) as archive:
            _check_members(archive.infolist())
            left = MAX_INFLATED_BYTES
            for member in archive.infolist():
                left -= _inflated_bytes(archive, member, left)
            _check_parts(archive)
    except DAMAGED as error:
        raise broken(error) from error


def parse(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType, **values: str) -> None:
    """Feeds a part to expat. Raises FileRefused, with `values`, for a part that is damaged or declares a document type."""

    def doctype(*_: object) -> None:
        raise FileRefused("xml_entities", part=part, **values)

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except DAMAGED as error:
        raise broken(error, part=part, **values) from error


def each_element(archive: zipfile.ZipFile, part: str, seen: Callable[[str, str, dict[str, str], str], None]) -> None:
    """Calls `seen` with the parent's name, the name, the attributes and the own text of each element, as it ends.

    Names are without their namespace: the strict form of the format has other ones than the usual form.
    """
    open_elements: list[tuple[str, dict[str, str], list[str]]] = [("", {}, [])]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > MAX_DEPTH:
            raise FileRefused("broken_workbook", tag, part=part)
        open_elements.append((tag.rpartition(" ")[2], attributes, []))

    def end(_: str) -> None:
        name, attributes, texts = open_elements.pop()
        seen(open_elements[-1][0], name, attributes, "".join(texts))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: open_elements[-1][2].append(text)
    parse(archive, part, parser)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise FileRefused("zip_bomb", limit="members", allowed=MAX_MEMBERS, found=len(members))
    if any(member.flag_bits & 1 for member in members):
        raise FileRefused("old_or_protected_workbook")
    # Two parts of one name are read differently by different programs; Excel writes no other compression than these.
    names: set[str] = set()
    for member in members:
        if member.filename.lower() in names or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("broken_workbook", member.filename, part=member.filename)
        names.add(member.filename.lower())


def _inflated_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """How much the member really inflates to. Refuses a bomb, and XML that declares a document type."""
    most = min(left, max(SMALL_BYTES, member.compress_size * MAX_RATIO))
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    member.file_size = MAX_INFLATED_BYTES + MB  # zipfile stops where the file claims to end, and that may be a lie
    count, tail = 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(64 * 1024):
            count += len(chunk)
            if count > most:
                raise FileRefused("zip_bomb", part=member.filename, limit="inflated_bytes", allowed=most)
            if is_xml:
                seen = tail + chunk.replace(b"\0", b"")  # UTF-16 becomes readable
                if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                    raise FileRefused("xml_entities", part=member.filename)
                if QUERY in seen:
                    raise FileRefused("active_content", "Power Query", part=member.filename)
                tail = seen[-32:]
    return count


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Raises FileRefused unless the parts and their types are those of a workbook without macros, links or embedded files."""
    names = ["/" + name for name in archive.namelist()]
    if "/[Content_Types].xml" not in names:
        raise FileRefused("not_a_workbook")
    types: list[str] = []
    each_element(archive, "[Content_Types].xml", lambda _, __, attributes, ___: types.extend(attributes.values()))
    for found in (*names, *types):
        if any(word in found.lower() for word in BINARY_TYPES):
            raise FileRefused("old_or_protected_workbook")
    for found in (*names, *types):
        if any(word in found.lower() for word in ACTIVE):
            raise FileRefused("active_content", found, part=found)
    if not any(found.endswith(WORKBOOK_TYPES) for found in types):
        raise FileRefused("not_a_workbook")
