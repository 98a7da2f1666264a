"""Workflows that run a project's own command in CI with a profile's services up. Pure.

The images are kept between runs as a bundle, so that only the first one needs a registry. It is
loaded into a folder of its own: nothing of a cache gets between the files of the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SYSTEMS = ("github", "gitlab")
CACHE = "envcheck-cache"
REPORTS = "envcheck-reports"
"""Where `run --ci` puts its reports."""

_CHECKOUT = "actions/checkout@v6.0.0"
_PYTHON = "actions/setup-python@v6.0.0"
_CACHE = "actions/cache@v5.0.0"
_UPLOAD = "actions/upload-artifact@v6.0.0"


@dataclass(frozen=True)
class Job:
    """What a job does.

    Attributes:
        profile: the profile's name.
        program: how envcheck is called.
        install: the commands that install it, and what the project's command needs.
        command: the command, as one would type it.
    """

    profile: str
    program: str
    install: Sequence[str]
    command: str

    @property
    def bundle(self) -> str:
        """Where the images are kept."""
        return f"{CACHE}/{self.profile}.bundle"

    @property
    def load(self) -> tuple[str, ...]:
        """Load the images, if an earlier run has kept them."""
        return (
            f"if [ -f {self.bundle} ]; then",
            f'  {self.program} bundle load {self.bundle} --into "$(mktemp -d)"',
            "fi",
        )

    @property
    def run(self) -> str:
        """Run the command."""
        return f"{self.program} run --ci {self.profile} -- {self.command}"

    @property
    def save(self) -> tuple[str, ...]:
        """Keep the images for the next run."""
        return (
            f"if [ ! -f {self.bundle} ]; then",
            f"  mkdir -p {CACHE}",
            f"  {self.program} bundle save {self.profile} -o {self.bundle}",
            "fi",
        )


def file_of(system: str, profile: str) -> str:
    """Where the workflow of a profile stands."""
    folder = ".github/workflows" if system == "github" else ".gitlab"
    return f"{folder}/envcheck-{profile}.yml"


def workflow(system: str, job: Job) -> str:
    """The workflow's text."""
    return _github(job) if system == "github" else _gitlab(job)


def includes(profile: str) -> str:
    """What GitLab's own file must hold for the workflow to count."""
    return f"include:\n  - local: {file_of('gitlab', profile)}\n"


def _block(lines: Sequence[str], indent: int) -> str:
    """Lines as a YAML text of their own, whatever is in them."""
    return "\n".join(["|", *(f"{' ' * indent}{line}" for line in lines)])


def _github(job: Job) -> str:
    key = f"envcheck-{job.profile}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}"
    hashed = f"${{{{ hashFiles('profiles/{job.profile}.*', 'profiles/*/**') }}}}"
    return f"""# Written by `envcheck ci init github {job.profile}`; yours to change.
name: {job.profile} with envcheck
on: [push, pull_request]
permissions:
  contents: read
jobs:
  envcheck:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
      - uses: {_CHECKOUT}
      - uses: {_PYTHON}
        with:
          python-version: "3.12"
      - name: Install envcheck and what the command needs
        run: {_block(job.install, 10)}
      # The same key as long as the profile, its lockfile and what it builds stay as they are.
      - name: Fetch the images of an earlier run
        uses: {_CACHE}
        with:
          path: {job.bundle}
          key: {key}-{hashed}
      - name: Load them
        run: {_block(job.load, 10)}
      - name: Run the command with the services up
        run: {_block([job.run], 10)}
      - name: Keep the images for the next run
        run: {_block(job.save, 10)}
      - name: Keep the reports
        if: always()
        uses: {_UPLOAD}
        with:
          name: {REPORTS}-{job.profile}
          path: {REPORTS}/
          if-no-files-found: ignore
"""


def _gitlab(job: Job) -> str:
    activate = [line for line in job.install if "activate" in line]
    clean = (*activate, f"{job.program} clean --yes --no-snapshot {job.profile}")
    script = (job.install, job.load, [job.run], job.save)
    lines = "".join(f"    - {_block(step, 6)}\n" for step in script)
    return f"""# Written by `envcheck ci init gitlab {job.profile}`; yours to change.
# The runner must have Docker and Python on the machine where the job itself runs, since the
# services are published on 127.0.0.1 there: a shell executor has; name it with `tags`.
envcheck-{job.profile}:
  stage: test
  timeout: 30m
  variables:
    ENVCHECK_INSTANCE: auto  # jobs side by side have folders, and instances, of their own
  cache:
    key:
      prefix: envcheck-{job.profile}
      files:
        - profiles/{job.profile}.yaml
        - profiles/{job.profile}.lock
    paths:
      - {job.bundle}
  script:
{lines}  # The machine outlives the job, and is another job's next; the images go on in the cache.
  after_script:
    - {_block(clean, 6)}
  artifacts:
    when: always
    paths:
      - {REPORTS}/
    reports:
      junit: {REPORTS}/envcheck-report.xml
"""
