"""An identity provider of our own on this machine: discovery, sign-in without a question, PKCE, signed tokens. What it says can be bent."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Form, Header
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "rapport-test", "between us"


@dataclass
class IdentityProvider:
    """`claims` go over those of an honest token; `key` signs, `published` is what the world is told of."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"email": "anna@firm.example", "email_verified": True})
    published: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    key: RSAKey | None = None
    unsigned: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def described() -> dict[str, str]:
            at = self.issuer
            return {"issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token", "jwks_uri": f"{at}/keys"}

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.published.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(
            redirect_uri: str, state: str, nonce: str, code_challenge: str, client_id: str, code_challenge_method: str
        ) -> Response:
            assert (client_id, code_challenge_method) == (CLIENT, "S256")
            code = secrets.token_urlsafe(12)
            self.codes[code] = {"nonce": nonce, "challenge": code_challenge, "redirect_uri": redirect_uri}
            return RedirectResponse(f"{redirect_uri}?code={code}&state={state}", status_code=302)

        @app.post("/token")
        def token(code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form(), authorization: str = Header()) -> Response:
            known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode() == authorization.removeprefix("Basic ")
            kept = self.codes.pop(code, None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
            if not known or kept is None or (kept["challenge"], kept["redirect_uri"]) != (challenge, redirect_uri):
                return JSONResponse({"error": "invalid_grant"}, status_code=400)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._token(kept["nonce"])})

        return app

    def _token(self, nonce: str) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.claims}
        if self.unsigned:
            parts = ({"alg": "none"}, said)
            return ".".join(base64.urlsafe_b64encode(str(each).replace("'", '"').encode()).decode().rstrip("=") for each in parts) + "."
        return jwt.encode({"alg": "RS256", "kid": "one"}, said, self.key or self.published)
