"""The house stands: packages are ours, and the floors hold."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

OURS = {"api", "eval", "generator", "policies", "safety"}
ROOT = Path(__file__).parent.parent


def test_no_other_distribution_claims_our_names() -> None:
    """A stranger that ships one of our package names would be imported in our place."""
    claims = importlib.metadata.packages_distributions()
    strangers = {name: set(claims.get(name, [])) - {"filigrane"} for name in OURS}
    assert {name: set() for name in OURS} == strangers


@pytest.mark.parametrize("package", sorted(OURS))
def test_package_is_imported_from_this_tree(package: str) -> None:
    """Each package is this tree's, not one found elsewhere."""
    module = __import__(package)
    assert ROOT / package / "__init__.py" == Path(module.__file__)


def test_init_files_hold_a_docstring_and_nothing_else() -> None:
    """Importing a package has no effect and no order."""
    import ast

    for path in ROOT.glob("*/**/__init__.py"):
        if path.relative_to(ROOT).parts[0] in OURS:
            body = ast.parse(path.read_text()).body
            assert 1 == len(body), path
            assert isinstance(body[0], ast.Expr), path


def test_policies_import_the_standard_library_yaml_and_cel_only() -> None:
    """The law has no I/O, no model, no database: importing it loads none of them."""
    code = (
        "import sys, pkgutil, importlib, policies\n"
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(policies.__path__, 'policies.') if m.name != 'policies.cli']\n"
        "bad = {'numpy', 'psycopg', 'onnxruntime', 'fastapi', 'torch', 'av'} & set(sys.modules)\n"
        "sys.exit(f'policies loaded {bad}' if bad else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
