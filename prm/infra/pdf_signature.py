"""A certifying PAdES signature inside the first and only revision of a document.

WeasyPrint calls `SignatureField.finish` before it writes the file: everything a signed
PDF/A-3a and PDF/UA-1 needs is added there, with a hole in place of the signature. `fill_hole`
then signs everything but the hole. No byte is added afterwards: a later revision would break
PDF/A. This leans on WeasyPrint's and pydyf's object layout, so both are pinned and every step
checks what it finds.
"""

import hashlib
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pydyf
from weasyprint import Document

from prm.infra.pdf_resources import MissingGlyphs, PdfError
from prm.infra.signing import DocumentSigner

OFFSET_DIGITS = 10
BYTE_RANGE_HOLE = b"[0 " + b" ".join([b"9" * OFFSET_DIGITS] * 3) + b"]"
# As pydyf writes the two entries. Nothing else in a document can look like this: other texts
# are compressed, and in the metadata a "<" is escaped.
HOLE = re.compile(
    rb"/ByteRange (?P<range>" + re.escape(BYTE_RANGE_HOLE) + rb")/Contents (?P<contents><0{4096,}>)"
)

# Where a stream's own last byte is a carriage return, readers take it for a part of the line end
# before "endstream" and find the stream a byte shorter than it says: PDF/A checkers report that.
AMBIGUOUS_END = b"\r\nendstream"

# The highest level takes twice the time for a hundredth of the size.
COMPRESSION = 6

FIELD_NAME = "signature"
# Annotation flags: print, locked.
WIDGET_FLAGS = 4 + 128
# AcroForm flags: signatures exist, append only.
SIGNATURE_FLAGS = 1 + 2

# PDF/A allows the PDF/UA mark only beside a description of its schema (ISO 19005-3, 6.6.2.3).
PDFUA_XMP = b"""\
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 this document conforms to\
</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


class _Signature(pydyf.Dictionary):
    """The signature dictionary: stays out of the compressed object stream."""

    compressible = False


class SignatureField:
    """What makes a document signable; `finish` is WeasyPrint's finisher."""

    def __init__(
        self,
        *,
        signed_at: datetime,
        signer_name: str,
        label: str,
        media_types: Mapping[str, str],
        room: int,
        spare_objects: int = 0,
    ) -> None:
        """`label` is read out for the field; `media_types` are those of the attachments; `room` is
        how many hexadecimal digits the signature may take.

        `spare_objects` empty objects are added: they move what pydyf writes last.
        """
        self._signed_at = signed_at.astimezone(UTC)
        self._signer_name = signer_name
        self._label = label
        self._media_types = media_types
        self._room = room
        self._spare_objects = spare_objects

    def finish(self, document: Document, pdf: pydyf.PDF) -> None:
        """Add the PDF/UA mark and an empty certifying signature; PdfError if that cannot be."""
        try:
            _refuse_missing_glyphs(document)
            self._settle_attachments(pdf)
            _mark_as_pdfua(pdf)
            _forbid_interpolation(pdf)
            self._add_field(pdf)
            _compress_once(pdf)
            for _ in range(self._spare_objects):
                pdf.add_object(pydyf.Dictionary())
        except (KeyError, IndexError, AttributeError, TypeError, ValueError) as error:
            raise PdfError("WeasyPrint's document is not laid out as expected.") from error

    def _settle_attachments(self, pdf: pydyf.PDF) -> None:
        """Accept the attachments handed over and none that the text itself asked for."""
        files = [o for o in _dictionaries(pdf) if o.get("Type") == "/Filespec"]
        annotations = [o for o in _dictionaries(pdf) if o.get("Subtype") == "/FileAttachment"]
        names = [file["UF"].string for file in files]
        if annotations or sorted(names) != sorted(self._media_types):
            raise PdfError("The text of a certificate may not attach files.")
        if "AcroForm" in pdf.catalog:
            raise PdfError("A certificate may not contain form fields.")
        for name, file in zip(names, files, strict=True):
            # WeasyPrint guesses the type from the name.
            embedded = _resolve(pdf, file["EF"]["F"])
            embedded.extra["Subtype"] = pydyf.name(self._media_types[name])
        if files:
            # WeasyPrint lists every attachment twice.
            pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))

    def _add_field(self, pdf: pydyf.PDF) -> None:
        page_reference = pdf.page_references[-1]
        page = _resolve(pdf, page_reference)
        signature = _Signature(
            {
                "Type": "/Sig",
                "Filter": "/Adobe.PPKLite",
                "SubFilter": "/ETSI.CAdES.detached",
                "Name": pydyf.String(self._signer_name),
                # PAdES forbids the signing time inside the CMS: it is claimed here.
                "M": pydyf.String(self._signed_at.strftime("D:%Y%m%d%H%M%SZ")),
                "Reference": pydyf.Array([_no_change_permitted()]),
                "ByteRange": BYTE_RANGE_HOLE,
                "Contents": b"<" + b"0" * self._room + b">",
            }
        )
        pdf.add_object(signature)
        field = pydyf.Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Widget",
                "FT": "/Sig",
                "T": pydyf.String(FIELD_NAME),
                "TU": pydyf.String(self._label),
                "F": WIDGET_FLAGS,
                "Rect": pydyf.Array([0, 0, 0, 0]),
                "P": page_reference,
                "V": signature.reference,
            }
        )
        pdf.add_object(field)
        page.setdefault("Annots", pydyf.Array()).append(field.reference)
        pdf.catalog["AcroForm"] = pydyf.Dictionary(
            {"Fields": pydyf.Array([field.reference]), "SigFlags": SIGNATURE_FLAGS}
        )
        pdf.catalog["Perms"] = pydyf.Dictionary({"DocMDP": signature.reference})
        self._tag(pdf, page_reference, field)

    def _tag(self, pdf: pydyf.PDF, page_reference: bytes, field: pydyf.Dictionary) -> None:
        """Give the widget its place in the structure tree, as PDF/UA asks."""
        root = _resolve(pdf, pdf.catalog["StructTreeRoot"])
        document = _resolve(pdf, root["K"][0])
        parents = _resolve(pdf, root["ParentTree"])["Nums"]
        key = parents[-2] + 1
        target = pydyf.Dictionary({"Type": "/OBJR", "Obj": field.reference, "Pg": page_reference})
        pdf.add_object(target)
        element = pydyf.Dictionary(
            {
                "Type": "/StructElem",
                "S": "/Form",
                "P": document.reference,
                "Pg": page_reference,
                "Alt": pydyf.String(self._label),
                "K": pydyf.Array([target.reference]),
            }
        )
        pdf.add_object(element)
        document["K"].append(element.reference)
        parents.extend([key, element.reference])
        field["StructParent"] = key


def fill_hole(unsigned: bytes, signer: DocumentSigner) -> bytes:
    """Sign everything but the hole and write the signature into it.

    Raises PdfError if there is not exactly one hole or the signature does not fit, TimeStampMissing.
    """
    found = list(HOLE.finditer(unsigned))
    if len(found) != 1:
        raise PdfError("The document has not exactly one place for a signature.")
    (hole,) = found
    before, after = hole.start("contents"), hole.end("contents")
    numbers = (before, after, len(unsigned) - after)
    byte_range = b"[0 " + b" ".join(b"%0*d" % (OFFSET_DIGITS, n) for n in numbers) + b"]"
    document = bytearray(unsigned)
    document[hole.start("range") : hole.end("range")] = byte_range
    cms = signer.sign_digest(hashlib.sha256(document[:before] + document[after:]).digest())
    room = after - before - 2
    if 2 * len(cms) > room:
        raise PdfError("The signature is larger than the place kept for it.")
    document[before + 1 : after - 1] = cms.hex().encode("ascii").ljust(room, b"0")
    return bytes(document)


def _refuse_missing_glyphs(document: Document) -> None:
    """An empty box in place of a letter would stay in a signed document for ever."""
    missing = {codepoint for font in document.fonts.values() for codepoint in font.missing}
    if missing:
        named = ", ".join(f"{chr(codepoint)} (U+{codepoint:04X})" for codepoint in sorted(missing))
        raise MissingGlyphs(f"No font on this machine can print {named}.")


def _mark_as_pdfua(pdf: pydyf.PDF) -> None:
    metadata = _resolve(pdf, pdf.catalog["Metadata"])
    (packet,) = metadata.stream
    if packet.count(b"</rdf:RDF>") != 1:
        raise PdfError("The document's metadata is not as expected.")
    metadata.stream = [packet.replace(b"</rdf:RDF>", PDFUA_XMP + b"</rdf:RDF>")]
    # Validators read the metadata of an archive without decompressing it.
    metadata.compress = False


def _forbid_interpolation(pdf: pydyf.PDF) -> None:
    """PDF/A forbids smoothing of images by the reader (ISO 19005-3, 6.2.8)."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.extra.get("Subtype") == "/Image":
            item.extra["Interpolate"] = "false"


def _compress_once(pdf: pydyf.PDF) -> None:
    """Compress every stream now: pydyf would each time it is asked for the bytes, three times in all.

    A stream whose compressed form would end ambiguously stays as it is.
    """
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.compress:
            written: bytes = pydyf.Stream(item.stream).data
            plain = written.partition(b"stream\n")[2].removesuffix(b"\nendstream")
            packed = _packed(plain)
            item.compress = False
            if packed.endswith(b"\r"):
                item.stream = [plain]
            else:
                item.stream = [packed]
                item.extra["Filter"] = "/FlateDecode"


# Some streams, as the colour profile, are the same in every document.
@lru_cache(maxsize=64)
def _packed(plain: bytes) -> bytes:
    return zlib.compress(plain, COMPRESSION)


def _no_change_permitted() -> pydyf.Dictionary:
    parameters = pydyf.Dictionary({"Type": "/TransformParams", "P": 1, "V": "/1.2"})
    return pydyf.Dictionary({"Type": "/SigRef", "TransformMethod": "/DocMDP", "TransformParams": parameters})


def _dictionaries(pdf: pydyf.PDF) -> list[pydyf.Dictionary]:
    return [item for item in pdf.objects if isinstance(item, pydyf.Dictionary)]


def _resolve(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
