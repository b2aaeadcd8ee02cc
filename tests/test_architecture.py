"""The house rules as tests: sizes, directions, documentation, and what may lie where.

import-linter (a step of ``make test``) holds the directions between the rooms; here is what it cannot see.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "annotator"

MAY_IMPORT_SIBLINGS_IN_INIT = {"annotator"}
"""The root, by a lazy ``__getattr__``."""

TOP_LEVEL = re.compile(
    r"annotator|resources|tests|seeds|packaging|pyproject\.toml|README(\.[a-z]+)?\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md"
    r"|CITATION\.cff|Makefile|\..+"
)

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


# --- what is there -------------------------------------------------------------------------------------------------------------


@cache
def module_files() -> dict[str, Path]:
    """Every module of the program by its dotted name; a package goes by its own name."""
    files = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def code_lines(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def length(node: FunctionNode | ast.ClassDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def place(path: Path, node: FunctionNode | ast.ClassDef) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def functions() -> Iterator[tuple[Path, FunctionNode]]:
    for path in module_files().values():
        for node in ast.walk(tree(path)):
            if isinstance(node, FunctionNode):
                yield path, node


def classes() -> Iterator[tuple[Path, ast.ClassDef]]:
    for path in module_files().values():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                yield path, node


def is_public(dotted_name: str) -> bool:
    return not any(part.startswith("_") for part in dotted_name.split(".") if part != "__main__")


def imported_names(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """Dotted names that import statements among ``nodes`` ask for; ``from a import b`` asks for ``a.b``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_module(name: str) -> str | None:
    """The module of ours that importing ``name`` loads, or None if it is somebody else's."""
    while name:
        if name in module_files():
            return name
        name = name.rpartition(".")[0]
    return None


def executed_at_import(module: ast.Module) -> Iterator[ast.AST]:
    """All statements that run when the module is imported: not those in functions or under TYPE_CHECKING."""
    waiting: list[ast.AST] = list(module.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, FunctionNode):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.ExceptHandler)]


@cache
def graph(*, eager: bool) -> dict[str, set[str]]:
    """Which modules of ours each module imports: at import time alone, or anywhere, lazily and for type checkers too."""
    edges: dict[str, set[str]] = {}
    for name, path in module_files().items():
        nodes = executed_at_import(tree(path)) if eager else ast.walk(tree(path))
        targets = {own_module(asked) for asked in imported_names(iter(nodes))}
        edges[name] = {target for target in targets if target and target != name}
    return edges


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other."""
    reach: dict[str, set[str]] = {}
    for start in edges:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for target in edges[waiting.pop()] - seen:
                seen.add(target)
                waiting.append(target)
        reach[start] = seen
    circular = {name for name, seen in reach.items() if name in seen}
    return [
        sorted(group)
        for group in {frozenset({name, *(other for other in reach[name] if name in reach[other])}) for name in circular}
    ]


def needs_qt() -> set[str]:
    """Modules that load PySide6 when they are imported, themselves or by what they import."""
    needing = {
        name
        for name, path in module_files().items()
        if any(asked.startswith(("PySide6", "shiboken6")) for asked in imported_names(executed_at_import(tree(path))))
    }
    while True:
        more = {name for name, targets in graph(eager=True).items() if targets & needing} - needing
        if not more:
            return needing
        needing |= more


@cache
def tracked_files() -> list[str]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    return (
        subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().strip("\0").split("\0")
    )


# --- sizes ---------------------------------------------------------------------------------------------------------------------


def test_no_module_is_longer_than_500_lines() -> None:
    assert [f"{path.relative_to(ROOT)}: {line_count(path)}" for path in module_files().values() if line_count(path) > 500] == []


def test_nine_modules_of_ten_have_at_most_300_lines() -> None:
    long = [f"{path.relative_to(ROOT)}: {line_count(path)}" for path in module_files().values() if line_count(path) > 300]
    assert len(long) <= len(module_files()) / 10, long


def test_the_main_window_has_at_most_400_lines() -> None:
    assert line_count(PACKAGE / "ui" / "main_window.py") <= 400


def test_no_class_is_longer_than_300_lines() -> None:
    assert [f"{place(path, node)}: {length(node)}" for path, node in classes() if length(node) > 300] == []


def test_no_class_has_more_than_25_public_methods() -> None:
    def public_methods(node: ast.ClassDef) -> int:
        return sum(isinstance(child, FunctionNode) and not child.name.startswith("_") for child in node.body)

    assert [place(path, node) for path, node in classes() if public_methods(node) > 25] == []


def test_functions_have_at_most_50_lines_and_two_in_a_hundred_at_most_100() -> None:
    long = [f"{place(path, node)}: {length(node)}" for path, node in functions() if length(node) > 50]
    assert len(long) <= 0.02 * sum(1 for _ in functions()), long
    assert [place(path, node) for path, node in functions() if length(node) > 100] == []


def test_there_are_at_least_as_many_lines_of_tests_as_of_code() -> None:
    assert code_lines(ROOT / "tests") >= code_lines(PACKAGE)


# --- directions ----------------------------------------------------------------------------------------------------------------


def test_no_modules_import_each_other_in_a_circle_lazy_imports_counted() -> None:
    assert cycles(graph(eager=False)) == []


def test_the_search_for_circles_finds_one() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == [["b", "c"]]


def test_qt_is_imported_only_under_the_ui() -> None:
    strangers = [
        name
        for name, path in module_files().items()
        if not name.startswith("annotator.ui")
        and any(asked.startswith(("PySide6", "shiboken6")) for asked in imported_names(ast.walk(tree(path))))
    ]
    assert strangers == []


def test_most_lines_can_be_imported_without_qt() -> None:
    total = sum(line_count(path) for path in module_files().values())
    with_qt = sum(line_count(module_files()[name]) for name in needs_qt())
    assert (total - with_qt) / total >= 0.6


def test_the_article_view_knows_only_the_domain_and_the_theme() -> None:
    allowed = ("annotator.domain", "annotator.ui.article", "annotator.ui.theme")
    wrong = {
        f"{name} imports {target}"
        for name, targets in graph(eager=False).items()
        if name.startswith("annotator.ui.article")
        for target in targets
        if not target.startswith(allowed)
    }
    assert wrong == set()


def test_modules_outside_the_ui_load_neither_qt_nor_spacy() -> None:
    names = [name for name in module_files() if not name.startswith("annotator.ui")]
    program = (
        "import importlib, json, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "heavy = ('PySide6', 'shiboken6', 'spacy', 'thinc', 'numpy', 'sqlite_utils')\n"
        "print(*sorted(set(heavy) & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_init_files_import_nothing_of_ours_but_the_root_and_the_tables() -> None:
    wrong = [
        name
        for name, path in module_files().items()
        if path.name == "__init__.py"
        and name not in MAY_IMPORT_SIBLINGS_IN_INIT
        and any(asked.startswith("annotator") for asked in imported_names(ast.walk(tree(path))))
    ]
    assert wrong == []


def test_the_root_imports_lazily() -> None:
    asked = imported_names(executed_at_import(tree(PACKAGE / "__init__.py")))
    assert [name for name in asked if name.startswith("annotator") and not name.startswith("annotator._version")] == []


# --- words ---------------------------------------------------------------------------------------------------------------------


def test_every_function_is_annotated() -> None:
    def bare(node: FunctionNode) -> list[str]:
        parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        parameters += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        names = [parameter.arg for parameter in parameters if parameter.annotation is None and parameter.arg not in ("self", "cls")]
        return names + (["return"] if node.returns is None else [])

    assert [f"{place(path, node)}: {missing}" for path, node in functions() if (missing := bare(node))] == []


def test_every_public_module_says_what_it_is_for() -> None:
    assert [name for name, path in module_files().items() if is_public(name) and not ast.get_docstring(tree(path))] == []


def test_every_public_class_says_what_it_is_for() -> None:
    silent = [place(path, node) for path, node in classes() if not node.name.startswith("_") and not ast.get_docstring(node)]
    assert silent == []


def test_no_docstring_only_repeats_the_name() -> None:
    def words(text: str) -> str:
        return re.sub(r"[^a-z]", "", text.lower())

    parrots = [
        place(path, node)
        for path, node in [*classes(), *functions()]
        if (docstring := ast.get_docstring(node)) and words(docstring) == words(node.name)
    ]
    assert parrots == []


# --- what lies where -----------------------------------------------------------------------------------------------------------


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert {name for name in (path.partition("/")[0] for path in tracked_files()) if not TOP_LEVEL.fullmatch(name)} == set()


def test_no_tracked_file_names_this_machine_or_a_package_index() -> None:
    places = {str(ROOT.parent), str(Path.home())} - {"/", "/tmp", "/home", "/usr", "/opt", "/srv", "/mnt"}
    # written so that this file does not find itself
    patterns = [re.escape(folder) + "/" for folder in places] + [r"index-url[ ]*=", "/simple" + "/", r"://[a-z.-]+/packages" + "/"]
    leak = re.compile("|".join(patterns))
    leaks = []
    for name in tracked_files():
        path = ROOT / name
        if not path.is_file() or b"\0" in (content := path.read_bytes()):
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if leak.search(line) and path != Path(__file__).resolve():
                leaks.append(f"{name}:{number}: {line.strip()[:80]}")
    assert leaks == []
