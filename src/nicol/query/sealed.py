"""Encrypted fields as queries see them: what of a value is encrypted, where the result lies, and how it is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from nicol.dialects import values
from nicol.dialects.dialect import Codec, Encode
from nicol.schema.schema import Encryption, EncryptionMode, Model, NativeType, Scalar, ScalarField
from nicol.sealing.keys import KeyRing
from nicol.sealing.seals import RowKey, Seal
from nicol.sql.json import json_text

Random: TypeAlias = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Sealed:
    """How one field is encrypted: the fields of its row that a value is bound to, and the field of its blind index.

    `carry` and `fetch` are the ways of the encrypted text to its column and back, where they are not plain.
    """

    seal: Seal
    row: tuple[str, ...]
    natives: tuple[NativeType | None, ...]
    index: str | None
    carry: Encode | None
    fetch: Encode | None
    decode: Encode

    @property
    def searched(self) -> bool:
        """True when equal values are found by themselves, without a blind index."""
        return self.seal.same

    def write(self, plain: bytes | None, row: Sequence[Any]) -> Any:
        """What is stored of an encoded value in a row whose key has these values, as the database takes them."""
        if plain is None:
            return None
        text = self.seal.seal(plain, self._key(row))
        return text if self.carry is None else self.carry(text)

    def read(self, stored: Any, row: Sequence[Any]) -> Any:
        """The value; ValueError for what was not sealed for this row and field."""
        return self.decode(self.opened(stored, row))

    def opened(self, stored: Any, row: Sequence[Any]) -> bytes:
        """The encoded value; ValueError as `read`."""
        return self.seal.open(self.text(stored), self._key(row))

    def text(self, stored: Any) -> str:
        """What a column holds as a text; empty where it cannot be an encrypted one."""
        text = stored if self.fetch is None else self.fetch(stored)
        return text if isinstance(text, str) else ""

    def said(self, stored: Any) -> Any:
        """What a column holds as the database takes it: a document comes in another form than it goes."""
        if self.carry is None or self.fetch is _ascii:
            return stored
        return self.carry(stored if self.fetch is None else self.fetch(stored))

    def digest(self, plain: bytes | None) -> str | None:
        """What the blind index holds of an encoded value."""
        return None if plain is None else self.seal.digest(plain)

    def spellings(self, plain: bytes) -> list[Any]:
        """What a column may hold of an encoded value that is searched for: the blind index, or the field itself."""
        if self.index is not None:
            return self.seal.digests(plain)
        return [each if self.carry is None else self.carry(each) for each in self.seal.spellings(plain)]

    def _key(self, row: Sequence[Any]) -> RowKey:
        return tuple(map(_part, row, self.natives))


def _part(value: Any, native: NativeType | None) -> str:
    text = str(value)
    return text.lower() if native is not None and native.name == "Uuid" else text


def seal_of(model: Model, field: ScalarField, how: Encryption, ring: KeyRing, random: Random) -> Seal:
    """The seal of a field."""
    same = how.mode is EncryptionMode.DETERMINISTIC
    return Seal(ring, how.name or f"{model.name}.{field.name}", random, same=same)


def row_of(model: Model, how: Encryption) -> tuple[str, ...]:
    """The fields that a value is bound to."""
    if how.mode is EncryptionMode.DETERMINISTIC:
        return ()
    return how.row or tuple(each.name for each in (model.primary_key.fields if model.primary_key else ()))


def sealed_of(
    model: Model, field: ScalarField, how: Encryption, stored: Codec, plain: Codec, seal: Seal
) -> Sealed:
    """How a field is encrypted whose column has the codec `stored`; `plain` ends in the client's own types."""
    row = row_of(model, how)
    carry, fetch = stored.encode, stored.decode
    if field.type is Scalar.STRING:
        carry = fetch = None
    elif field.type is Scalar.BYTES:
        carry, fetch = str.encode, _ascii
    natives = tuple(model.scalar(name).native for name in row)
    return Sealed(seal, row, natives, how.blind_index, carry, fetch, plain.decode or bytes)


def plain_codec(scalar: Scalar) -> Codec:
    """How a value becomes the bytes that are encrypted, the same for every database; text is UTF-8."""
    match scalar:
        case Scalar.BYTES:
            return Codec(lambda value: bytes(values.octets(value)), bytes)
        case Scalar.JSON:
            return Codec(json_text, json.loads)
        case _:
            return Codec(values.text, lambda text: text)


def packed(codec: Codec, scalar: Scalar) -> Codec:
    """The codec of a text, ending in bytes."""
    encode, decode = codec.encode, codec.decode
    if scalar is Scalar.BYTES or encode is None or decode is None:
        return codec
    return replace(codec, encode=partial(_after, encode, _utf8), decode=partial(_after, bytes.decode, decode))


def _after(first: Encode, then: Encode, value: Any) -> Any:
    return then(first(value))


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("it has half a character, which is no text") from None


def _ascii(stored: Any) -> str:
    """The text of bytes; bytes that are none were never encrypted."""
    return bytes(stored).decode("ascii", "replace")
