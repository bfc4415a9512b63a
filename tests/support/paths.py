"""Where things are in a checkout. Imports nothing of ours, so that a test may use it before there is a build."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
SUPPORT = TESTS / "support"
CONFORMANCE = TESTS / "conformance"
