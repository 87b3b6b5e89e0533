"""Signing in with the firm's own identity provider (OpenID Connect, authorisation code with PKCE). Off unless it is set up."""

import secrets
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from store.errors import InvalidInput, Unavailable
from store.settings import Settings
from ui.problems import Unauthenticated

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]  # none that the client could sign itself
TIMEOUT_S: Final = 10.0
FRESH_S: Final = 3600.0  # the provider's own description and keys are read again after
LEEWAY_S: Final = 60  # clocks differ
REFUSED: Final = "The identity provider did not confirm who you are."


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: what the browser keeps (signed) until it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Begun":
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


@dataclass
class Provider:
    """Talks to the provider named in the settings. What it says of itself is kept for an hour."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    _kept: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, settings: Settings) -> "Provider | None":
        if not settings.oidc_issuer:
            return None
        if not settings.oidc_client_id:
            raise InvalidInput("RAPPORT_OIDC_ISSUER is set, RAPPORT_OIDC_CLIENT_ID is not.", hint="Set both, or neither.")
        secret = settings.oidc_client_secret.get_secret_value()
        return cls(settings.oidc_issuer.rstrip("/"), settings.oidc_client_id, secret, settings.oidc_name)

    def address(self, begun: Begun, back: str) -> str:
        """Where the browser goes to sign in."""
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                self._described()["authorization_endpoint"], state=begun.state, code_verifier=begun.verifier, nonce=begun.nonce
            )
        return str(url)

    def email(self, begun: Begun, back: str, *, code: str) -> str:
        """The confirmed address of who came back with this code. Raises Unauthenticated when anything is not as it should be."""
        try:
            with self._client(back) as client:
                token = client.fetch_token(self._described()["token_endpoint"], code=code, code_verifier=begun.verifier)
            claims = self._claims(str(token["id_token"]), begun.nonce)
        except httpx2.HTTPError as error:
            raise Unavailable("The identity provider does not answer.", hint="Try again, or sign in with your password.") from error
        except (AuthlibBaseError, JoseError, KeyError, ValueError) as error:
            raise Unauthenticated(REFUSED, hint="Try again; if it stays so, tell your administrator.") from error
        if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
            raise Unauthenticated("The identity provider has not verified your e-mail address.", hint="Ask your administrator.")
        return str(claims["email"])

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """What a signed token says, once signature, issuer, audience, time and nonce are right."""
        try:
            found = jwt.decode(token, self._keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            self._kept.pop("keys", None)  # they may have been changed: once more with the new ones
            found = jwt.decode(token, self._keys(), algorithms=ALGORITHMS)
        needed: Any = {
            "iss": {"essential": True, "value": self._described()["issuer"]},
            "aud": {"essential": True, "value": self.client_id},
            "exp": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        jwt.JWTClaimsRegistry(leeway=LEEWAY_S, **needed).validate(found.claims)
        if found.claims.get("azp", self.client_id) != self.client_id:
            raise ValueError("the token was made for another party")
        return dict(found.claims)

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self.client_id, self.client_secret or None, scope="openid email profile", redirect_uri=back, code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none", timeout=TIMEOUT_S,
        )  # fmt: skip

    def _described(self) -> dict[str, Any]:
        found = self._read("description", f"{self.issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise Unavailable("The identity provider calls itself something else.", hint="Check RAPPORT_OIDC_ISSUER.")
        return found

    def _keys(self) -> KeySet:
        found: Any = self._read("keys", self._described()["jwks_uri"])
        return KeySet.import_key_set(found)

    def _read(self, what: str, url: str) -> dict[str, Any]:
        with self._lock:
            since, found = self._kept.get(what, (0.0, {}))
        if found and monotonic() - since < FRESH_S:
            return found
        try:
            answer = httpx2.get(url, timeout=TIMEOUT_S)
            answer.raise_for_status()
            found = dict(answer.json())
        except (httpx2.HTTPError, ValueError, TypeError) as error:
            raise Unavailable("The identity provider does not answer.", hint="Try again, or sign in with your password.") from error
        with self._lock:
            self._kept[what] = (monotonic(), found)
        return found
