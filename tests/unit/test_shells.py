"""No shell is ever given a text that was put together: not on this machine, not in a container."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[2] / "envcheck"
SHELLS = frozenset({"sh", "ash", "bash", "dash", "ksh", "zsh", "cmd", "powershell", "pwsh"})
CALLS = frozenset(
    {
        *("os.system", "os.popen", "pty.spawn"),
        *("subprocess.getoutput", "subprocess.getstatusoutput"),
        *("asyncio.create_subprocess_shell",),
    }
)
"""What hands a text to a shell by itself."""


def faults(source: str) -> Iterator[tuple[int, str]]:
    """Line and kind of whatever gives a shell a text that does not stand in the source as it is."""
    tree = ast.parse(source)
    fixed = _fixed_texts(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from _calls(node)
            case ast.List(elts=words) | ast.Tuple(elts=words):
                for at in range(len(words) - 2):
                    shell = _is_shell(words[at]) and _is_flag(words[at + 1])
                    if shell and not _is_fixed(words[at + 2], fixed):
                        yield node.lineno, "a text that was put together after sh -c"
            case ast.JoinedStr() if any(_names_shell(part) for part in node.values):
                if not _is_fixed(node, fixed):
                    yield node.lineno, "a text that was put together with sh -c in it"
            case ast.BinOp(left=left) if _names_shell(left):
                yield node.lineno, "a text that was put together with sh -c in it"


def _fixed_texts(tree: ast.Module) -> frozenset[str]:
    """The module's own constants that are texts, or are made of nothing but such."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and _is_fixed(node.value, found):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _is_fixed(node: ast.expr, fixed: frozenset[str] | set[str]) -> bool:
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Name(id=name):
            return name in fixed
        case ast.JoinedStr(values=parts):
            return all(_is_fixed(part, fixed) for part in parts)
        case ast.FormattedValue(value=inner):
            return _is_fixed(inner, fixed)
        case _:
            return False


def _calls(node: ast.Call) -> Iterator[tuple[int, str]]:
    name = ast.unparse(node.func)
    if name in CALLS:
        yield node.lineno, name
    for keyword in node.keywords:
        never = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        if keyword.arg == "shell" and not never:
            yield node.lineno, "shell=True"


def _is_shell(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.rpartition("/")[2] in SHELLS
    )


def _is_flag(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).startswith("-")


def _names_shell(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and any(
        f"{shell} -c" in str(node.value) for shell in SHELLS
    )


def test_no_shell_is_given_what_was_put_together() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {what}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, what in faults(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "bad",
    [
        "subprocess.run(command, shell=True)",
        "subprocess.Popen(command, shell=flag)",
        "os.system(command)",
        "os.popen(command)",
        "run(['sh', '-c', command])",
        "words = ('/bin/bash', '-ec', f'echo {name}')",
        "command = f\"sudo sh -c '{text}'\"",
        "command = 'sh -c ' + text",
        "def f(text):\n  TEXT = text\n  return ['sh', '-c', TEXT]",
    ],
)
def test_the_wall_would_fall(bad: str) -> None:
    assert list(faults(bad))


@pytest.mark.parametrize(
    "good",
    [
        "subprocess.run(['ls', name], shell=False)",
        "run(['sh', '-c', 'cat > \"$1\"', 'sh', path])",
        "LOG = '/var/log/x'\ncommand = f'sh -c \"ls >{LOG}\"'",
        "SCRIPT = 'echo'\nwords = ('sh', '-c', SCRIPT, 'sh', *words)",
        "redis('-c', 'sh', name)",
    ],
)
def test_and_stands_where_all_is_well(good: str) -> None:
    assert list(faults(good)) == []
