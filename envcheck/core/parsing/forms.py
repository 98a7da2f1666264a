"""The profile's format: pydantic models of what a file may say, one class a mapping.

Pydantic stands at the border only: a form is read once and turned into the frozen dataclasses of
`core.profile`. Descriptions and examples are what an editor shows, through `core.schema`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from envcheck.core.parsing.form_types import (
    Command,
    Duration,
    Environment,
    ExportKey,
    Folder,
    HttpPath,
    Image,
    InnerFile,
    Name,
    NamedVolume,
    NameKey,
    Pids,
    PortNumber,
    ProgramKey,
    PublishedPort,
    RestartWord,
    Sentence,
    Settling,
    Size,
    Specifier,
    Status,
    Text,
    Written,
)
from envcheck.core.parsing.refusals import RefusedError, WrongTypeError
from envcheck.core.parsing.wording import Unquoted
from envcheck.core.profile import STABLE_FOR
from envcheck.core.spec import PIDS_LIMIT

MAX_SERVICES = 100
TIMEOUT = 60.0
"""How long a service may take to become ready where the profile does not say, seconds."""


class Form(BaseModel):
    """A mapping of the format: its keys are known, and each that is there has a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if value is None:
            raise WrongTypeError("a value", value)
        return value


class RequiresForm(Form):
    """What the machine must have."""

    docker: Specifier = Field(
        "",
        description="Version range of the Docker engine.",
        examples=[">=20.10"],
    )
    memory: Size | None = Field(
        None,
        description="Memory that the engine must have: 1GB is 10^9 bytes, 1GiB is 2^30.",
        examples=["1GB", "512MiB"],
    )
    disk: Size | None = Field(
        None,
        description="Free disk space where the engine keeps its data.",
        examples=["3GB"],
    )


class HttpForm(Form):
    """A GET that must be answered as described."""

    path: HttpPath = Field("/", description="What to GET.", examples=["/health"])
    status: Status = Field(200, description="The status to expect.", examples=[200])
    contains: Written = Field("", description="A text that the body must contain.", examples=["ok"])
    port: PortNumber | None = Field(
        None,
        description="The container's port; needed where the service publishes several.",
        examples=[3000],
    )


class TcpForm(Form):
    """A connection that must be accepted and stay open."""

    port: PortNumber | None = Field(
        None,
        description="The container's port; needed where the service publishes several.",
        examples=[5432],
    )


class ExecForm(Form):
    """A command in the container that must exit with 0."""

    command: Command = Field(description="The command.", examples=["redis-cli ping"])
    contains: Written = Field("", description="A text that it must print.", examples=["PONG"])


def _exec_in_short(value: Any) -> Any:
    return {"command": value} if isinstance(value, str | list) else value


def _tcp_in_short(value: Any) -> Any:
    return {"port": value} if isinstance(value, str | Unquoted) else value


class VerifyForm(Form):
    """One proof that the service works: `http`, `tcp` or `exec`."""

    http: HttpForm | None = Field(
        None,
        description="GET a path over the published port.",
        examples=[{"path": "/", "status": 200}],
    )
    tcp: (
        Annotated[TcpForm, BeforeValidator(_tcp_in_short, json_schema_input_type=TcpForm | int)]
        | None
    ) = Field(None, description="Connect to the published port.", examples=[{"port": 5432}])
    exec: (
        Annotated[
            ExecForm,
            BeforeValidator(_exec_in_short, json_schema_input_type=ExecForm | Command),
        ]
        | None
    ) = Field(None, description="Run a command in the container.", examples=["redis-cli ping"])

    @model_validator(mode="after")
    def _just_one(self) -> VerifyForm:
        if len(self.model_fields_set) != 1:
            raise RefusedError("an entry of 'verify' is one of http, tcp or exec")
        return self


class ServiceForm(Form):
    """One service; it has either an `image` or a `build`."""

    kind: Text = Field(
        "",
        description="What it is; told from the image's name where it is left out.",
        examples=[
            *("postgres", "mysql", "mariadb", "mongodb", "redis", "memcached", "rabbitmq"),
            *("node", "nginx", "job", "container"),
        ],
    )
    image: Image | None = Field(
        None,
        description="The image, pinned to a version.",
        examples=["postgres:17.11"],
    )
    build: Folder | None = Field(
        None,
        description="A folder with a Dockerfile, inside the profile's own folder.",
        examples=["webapp"],
    )
    environment: Environment = Field(
        default_factory=dict,
        description=(
            "Variables in the container. Without a value: the caller's own, if it is set. The word "
            "generate as the password of a kind that has one: it is made up, and kept as long as "
            "the data; other services have it as ${SERVICE.VARIABLE}."
        ),
        examples=[
            {"POSTGRES_DB": "app"},
            ["POSTGRES_DB=app"],
            {"POSTGRES_PASSWORD": "generate"},
        ],
    )
    ports: list[PublishedPort] | None = Field(
        None,
        description=(
            "Ports to publish on 127.0.0.1, as [HOST:]CONTAINER. 15432:5432 prefers 15432 on the "
            "host, 15432!:5432 insists on it, auto:5432 takes a free one. Left out, a kind "
            "publishes its own port."
        ),
        examples=[[5432], ["15432:5432"], ["15432!:5432"], ["auto:5432"]],
    )
    volumes: list[NamedVolume] = Field(
        default_factory=list,
        description="Named volumes and where they are mounted. Bind mounts are not offered.",
        examples=[["data:/var/lib/data"]],
    )
    depends_on: list[Name] = Field(
        default_factory=list,
        description="Services that must be ready, and jobs that must be done, before it starts.",
        examples=[["db", "cache"]],
    )
    command: Command | None = Field(
        None,
        description="The command to run instead of the image's own.",
        examples=["redis-server --appendonly yes", ["redis-server", "--appendonly", "yes"]],
    )
    verify: list[VerifyForm] = Field(
        default_factory=list,
        description="Proofs that the service works, beyond the kind's own.",
        examples=[[{"http": {"path": "/", "status": 200}}]],
    )
    timeout: Duration | None = Field(
        None,
        description=(
            "How long it may take to become ready, or a job to end: seconds, or a text such as "
            "2m. Left out: 60 seconds, and 10 minutes for a job."
        ),
        examples=[90, "30s", "2m"],
    )
    stable_for: Settling = Field(
        STABLE_FOR,
        description=(
            "How long it must live on after its first answer to be called ready: seconds, or a "
            "text such as 2s."
        ),
        examples=[0.3, "2s"],
    )
    restart: RestartWord = Field(
        "no",
        description=(
            "What the engine does when its process ends: no, on-failure, always or unless-stopped."
        ),
        examples=["no", "on-failure"],
    )
    mem_limit: Size | None = Field(
        None,
        description="The most memory that it may use: 1GB is 10^9 bytes, 1GiB is 2^30.",
        examples=["512MiB"],
    )
    pids_limit: Pids = Field(
        PIDS_LIMIT,
        description="The most processes and threads that it may have; 2048 unless given.",
        examples=[8192],
    )
    seed: list[InnerFile] = Field(
        default_factory=list,
        description=(
            "Files for its database, applied once, in this order, to an empty volume, before it "
            "is called ready: .sql, .sql.gz, or a dump in the database's own format. Inside the "
            "profile's folder."
        ),
        examples=[["seeds/people.sql"]],
    )


class ProfileForm(Form):
    """A profile: the services that a project needs, and what the machine must have for them."""

    name: Name = Field(
        description="The profile's name: 1 to 40 of a-z, 0-9, '-' and '_'.",
        examples=["webapp"],
    )
    description: Sentence = Field(
        "",
        description="What it is, in a sentence.",
        examples=["Postgres, Redis and a Node web server"],
    )
    requires: RequiresForm = Field(
        default_factory=RequiresForm,
        description="What the machine must have: engine version, memory, disk space.",
        examples=[{"docker": ">=20.10", "memory": "1GB", "disk": "3GB"}],
    )
    tools: dict[ProgramKey, Specifier] = Field(
        default_factory=dict,
        description="Programs that the project needs on the host, each with its version range.",
        examples=[{"git": ">=2.30"}],
    )
    exports: dict[ExportKey, Written] = Field(
        default_factory=dict,
        description=(
            "Variables for programs on this machine, besides those that each kind has, or in their "
            "place. {db.url}, {db.host}, {db.port}, {db.user}, {db.password} and {db.database} "
            "stand for what the service db has, {db.port.8080} for the host's port of one of "
            "several, {db.NAME} for a variable of its environment; {{ is a brace."
        ),
        examples=[{"DATABASE_URL": "{db.url}?sslmode=disable"}],
    )
    services: dict[NameKey, ServiceForm] = Field(
        description="The services, by name.",
        json_schema_extra={"minProperties": 1, "maxProperties": MAX_SERVICES},
        examples=[{"db": {"image": "postgres:17.11"}}],
    )
