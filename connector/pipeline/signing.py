"""The key that signs editions: made at first need, kept beside the configuration, never in the output."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from connector.errors import SafetyError, UsageError
from connector.pipeline.keyring import FOLDER, keep
from connector.pipeline.workspace import Workspace

PUBLISHED_KEY: Final = "clientview-key.pem"  # below `output`, and so at a fixed address of `base_url`
KEY_FILE: Final = "signing.key"
_TOLD: Final = "signing.told"  # fingerprints that the operator was told
_PREFIX: Final = "file:"
_SHORT: Final = 16  # hex digits of a fingerprint that name the file of a key


class NoKeyError(UsageError):
    """What was given is no public key for Ed25519."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """The half of the key that everybody may have.

    `der` is its SubjectPublicKeyInfo; `url` where it lies, None without `[site] base_url`.
    """

    der: bytes
    url: str | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of `der`: 64 hex digits. `openssl pkey -pubin -outform DER | sha256sum` says the same."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        """The key as a PEM file holds it."""
        return (
            _ed25519(self.der)
            .public_bytes(encoding=Encoding.PEM, format=PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    @property
    def text(self) -> str:
        """The key in base64."""
        return base64.b64encode(self.der).decode()

    @property
    def file_names(self) -> tuple[str, str]:
        """What the key's file is called below `output`: while it is the one in use, and for ever."""
        return PUBLISHED_KEY, f"clientview-key-{self.fingerprint[:_SHORT]}.pem"

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Tell whether a signature is this key's over exactly these bytes."""
        try:
            _ed25519(self.der).verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """Both halves of the key. The private one is never shown, nor part of its `repr`."""

    public: PublicKey
    _private: Ed25519PrivateKey

    def __repr__(self) -> str:
        """Name it by its fingerprint."""
        return f"SigningKey({self.public.fingerprint})"

    def sign(self, content: bytes) -> bytes:
        """Return the signature: 64 bytes, the same each time for the same content."""
        return self._private.sign(content)


def signing_key(workspace: Workspace) -> SigningKey:
    """Return the installation's key, made at first need with mode 0600.

    Args:
        workspace: Whose configuration may name its file: `[site] signing_key`.

    Raises:
        SafetyError: The file lies inside `output`, where everybody could fetch it.
        UsageError: The file cannot be read or written, or holds no Ed25519 key.
    """
    file = key_file(workspace)
    _refuse_published(file, workspace.config.site.output)
    content = keep(file, _new)
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(
            f"{file}: found no Ed25519 key without a password; expected a PEM file as"
            " `openssl genpkey -algorithm ed25519` writes it. Put back a backup, or name another file"
        )
    der = private.public_key().public_bytes(encoding=Encoding.DER, format=PublicFormat.SubjectPublicKeyInfo)
    return SigningKey(public=PublicKey(der=der, url=_url(workspace)), _private=private)


def public_key(workspace: Workspace) -> PublicKey:
    """Return the public half of the installation's key; see `signing_key`."""
    return signing_key(workspace).public


def announce(workspace: Workspace) -> str:
    """Say whose key signs editions, once for each key; "" where that was said before.

    Args:
        workspace: Whose key it is.
    """
    key = public_key(workspace)
    file = workspace.config.folder / FOLDER / _TOLD
    if file.is_file() and key.fingerprint in file.read_text(encoding="ascii").split():
        return ""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("a", encoding="ascii") as stream:
        stream.write(f"{key.fingerprint}\n")
    return (
        "editions are signed with this installation's key. Its fingerprint:\n"
        f"  {in_blocks(key.fingerprint)}\n"
        "Tell it to your client once by another way than the page (by phone, on paper): only then can"
        f" they prove that an edition is yours. Back up {key_file(workspace)}; nobody can make it again."
    )


def key_file(workspace: Workspace) -> Path:
    """Say where the installation's key lies."""
    named = workspace.config.site.signing_key
    folder = workspace.config.folder
    return folder / FOLDER / KEY_FILE if named is None else folder / named.removeprefix(_PREFIX).strip()


def read_public(content: bytes) -> PublicKey:
    """Read a public key: PEM, or DER.

    Raises:
        NoKeyError: It is none for Ed25519.
    """
    try:
        key = load_pem_public_key(content) if b"-----BEGIN" in content else load_der_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise NoKeyError("found no public Ed25519 key; expected the file clientview-key.pem of the publisher")
    der = key.public_bytes(encoding=Encoding.DER, format=PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(der=der)


def in_blocks(fingerprint: str) -> str:
    """Write a fingerprint so that people can read it to each other: blocks of four digits."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def _ed25519(der: bytes) -> Ed25519PublicKey:
    key = load_der_public_key(der)
    if not isinstance(key, Ed25519PublicKey):
        raise NoKeyError("found a public key of another kind; expected one for Ed25519")
    return key


def _new() -> bytes:
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(
        encoding=Encoding.PEM, format=PrivateFormat.PKCS8, encryption_algorithm=NoEncryption()
    )


def _refuse_published(file: Path, output: Path) -> None:
    if file.resolve().is_relative_to(output.resolve()):
        raise SafetyError(
            f"[site] signing_key: found {file} inside the output folder {output}, where everybody could"
            " fetch it; expected a place outside. Move it, and make a new key if the folder was ever served"
        )


def _url(workspace: Workspace) -> str | None:
    base = workspace.config.site.base_url
    return None if base is None else f"{base.rstrip('/')}/{PUBLISHED_KEY}"
