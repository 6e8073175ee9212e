"""Everything over https: the server's own agent, a second one, the command line, a browser's cookie."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.processes import MUSTER, Program, free_port, muster, wait_for

TODAY = dt.datetime.now(dt.UTC)
MISUSED = 2


class Secured:
    """`muster up` with a certificate that an authority of its own has signed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.url = f"https://127.0.0.1:{(port := free_port())}"
        self.ca_file = directory / "ca.pem"
        write_certificates(directory)
        (directory / "muster.toml").write_text(
            f'[server]\ntls_certificate = "{directory / "cert.pem"}"\ntls_key = "{directory / "key.pem"}"\n'
            f'[agent]\nca_file = "{self.ca_file}"\ninterval_s = 1\n'
        )
        options = ["--config", str(directory / "muster.toml"), "--data", str(self.data), "--port", str(port)]
        self.program = Program([*MUSTER, "up", *options], directory / "up.log")
        self.http = httpx.Client(
            base_url=self.url, verify=ssl.create_default_context(cafile=str(self.ca_file)), trust_env=False
        )

    def token_file(self, scope: str) -> Path:
        path = self.directory / f"{scope}.token"
        argv = ["token", "create", "--data", str(self.data), "--name", scope, "--scope", scope]
        path.write_text(muster(*argv).stdout.strip())
        return path

    def is_ready(self) -> bool:
        assert self.program.alive, self.program.tail()
        try:
            return self.http.get("/ready").status_code == 200
        except httpx.TransportError:
            return False

    def agents(self, headers: dict[str, str]) -> list[str]:
        answer = self.http.get("/console/v1/fleet", headers=headers)
        assert answer.status_code == 200, answer.text
        return [host["state"] for host in answer.json()["hosts"]]


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    secured = Secured(tmp_path_factory.mktemp("tls"))
    try:
        wait_for("the server answers over https", secured.is_ready, 40)
        yield secured
    finally:
        secured.http.close()
        secured.program.stop()


def test_agents_and_the_command_line_trust_the_given_authority(secured: Secured, tmp_path: Path) -> None:
    token_file = secured.token_file("read")
    headers = {"Authorization": f"Bearer {token_file.read_text()}"}
    wait_for("the server's own agent reports", lambda: secured.agents(headers) == ["online"], 40)
    options = ["--server", secured.url, "--token-file", str(secured.token_file("agent"))]
    options += ["--data", str(tmp_path / "agent"), "--ca-file", str(secured.ca_file)]
    second = Program([*MUSTER, "agent", *options], tmp_path / "agent.log")
    try:
        wait_for("a second agent reports", lambda: secured.agents(headers) == ["online", "online"], 40)
    finally:
        second.stop()
    asked = ["report", "get", "last", "--server", secured.url, "--token-file", str(token_file)]
    assert '"memory":' in muster(*asked, "--ca-file", str(secured.ca_file)).stdout
    assert "name the authorities that vouch for it with --ca-file" in muster(*asked, code=MISUSED).stderr


def test_an_agent_that_does_not_know_the_authority_sends_nothing(secured: Secured, tmp_path: Path) -> None:
    options = ["--server", secured.url, "--token-file", str(secured.token_file("agent"))]
    stranger = Program(
        [*MUSTER, "agent", *options, "--data", str(tmp_path / "agent")], tmp_path / "agent.log"
    )
    try:
        wait_for("the agent says why", lambda: "certificate" in stranger.tail(), 40)
        assert stranger.alive, stranger.tail()
    finally:
        stranger.stop()


def test_the_sign_in_cookie_never_leaves_over_http(secured: Secured) -> None:
    link = muster("user", "link", "--data", str(secured.data)).stdout
    code = link.split("#code=")[1].split()[0]
    assert link.startswith(f"{secured.url}/sign-in"), "the link leads to the server that runs"
    answer = secured.http.post(
        "/console/v1/session/link", json={"code": code}, headers={"Origin": secured.url}
    )
    assert answer.status_code == 201, answer.text
    assert "; Secure" in answer.headers["set-cookie"]


def write_certificates(directory: Path) -> None:
    """Write ca.pem, and cert.pem with key.pem for 127.0.0.1, good for a day."""
    authority_key, authority = make_certificate("authority", None)
    key, certificate = make_certificate("muster", (authority_key, authority))
    (directory / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (directory / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


Signed = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def make_certificate(name: str, authority: Signed | None) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing_key, issuer = (authority[0], authority[1].subject) if authority else (key, subject)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(TODAY - dt.timedelta(hours=1))
        .not_valid_after(TODAY + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(signing_key, hashes.SHA256())
    )
    return key, certificate
