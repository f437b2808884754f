"""Passwords of the app's and the engine's database roles: derived from the installation's secret, stored nowhere."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def password_for(role: str, *, secret: str) -> str:
    """The password of a role: HKDF-SHA256 of the secret (RFC 5869), in hexadecimal."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"postroom database role {role}".encode())
    return derived.derive(secret.encode()).hex()
