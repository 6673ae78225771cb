"""Keras is imported in silence, but not if the import fails."""

import pytest
from conftest import start

BLOCK = """
import os, sys, types
for name in ("keras", "tensorflow"):  # the block is tried without what it is for
    sys.modules[name] = types.ModuleType(name)
from helpers.keras_setup import silent_stderr
with silent_stderr():
    os.write(2, b"a message")
    {}
os.write(2, b"later")"""


@pytest.mark.parametrize(
    ("then", "said"),
    [("pass", "later"), ("os.abort()", "a message"), ("raise SystemExit", "a message")],
)
def test_messages_are_held_back_unless_the_import_fails(then, said):
    assert start(BLOCK.format(then)).communicate(timeout=60)[1] == said
