"""The workflows of the forge, and what else the repository tells a tool: everything pinned, no fact twice."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml

from paths import ROOT

FOLDER = ROOT / ".github" / "workflows"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="not in a checkout")

FILES = sorted(FOLDER.glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text()) if FILES else {}
MAKEFILE = (ROOT / "Makefile").read_text() if FILES else ""


def workflow(name):
    return yaml.safe_load((FOLDER / name).read_text())


JOBS = [
    pytest.param(job, id=f"{path.stem}-{name}") for path in FILES for name, job in workflow(path.name)["jobs"].items()
]


def steps_of(job, action):
    return [step for step in job.get("steps", []) if step.get("uses", "").startswith(action + "@")]


def classified(prefix):
    found = [c.removeprefix(prefix) for c in PROJECT["project"]["classifiers"] if c.startswith(prefix)]
    return [each for each in found if re.fullmatch(r"3\.\d+", each)]


PYTHONS = classified("Programming Language :: Python :: ") if FILES else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_actions_are_pinned_to_a_commit_with_the_version_beside_it(path):
    lines = [line for line in path.read_text().splitlines() if re.match(r"\s*(- )?uses:", line)]
    assert lines
    allowed = r"\s*(- )?uses: ([\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/workflows/\w+\.yml)"
    assert [line for line in lines if not re.fullmatch(allowed, line)] == []


def test_an_action_is_pinned_to_one_commit_everywhere():
    pins = {}
    for path in FILES:
        for name, rest in re.findall(r"uses: ([\w./-]+)@(.+)", path.read_text()):
            pins.setdefault(name, set()).add(rest)
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_images_are_pinned_to_a_digest():
    files = [*FILES, ROOT / ".devcontainer" / "Dockerfile"]
    images = [image for path in files for image in re.findall(r"(?:IMAGE:|FROM|image:) (\S+)", path.read_text())]
    assert len(images) >= 3
    assert [image for image in images if not re.fullmatch(r"\S+@sha256:[0-9a-f]{64}", image)] == []


@pytest.mark.parametrize("job", JOBS)
def test_a_job_ends_some_day(job):
    assert "timeout-minutes" in job or "uses" in job  # a called workflow has timeouts of its own


@pytest.mark.parametrize("job", JOBS)
def test_a_job_has_only_the_permissions_that_it_names(job):
    expected = {"contents": "read"} if steps_of(job, "actions/checkout") or "uses" in job else {"id-token": "write"}
    assert job["permissions"] == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_grants_nothing_to_all_its_jobs(path):
    assert workflow(path.name)["permissions"] == {}
    assert "concurrency" in workflow(path.name)


@pytest.mark.parametrize("job", JOBS)
def test_a_checkout_leaves_no_credentials(job):
    assert [s for s in steps_of(job, "actions/checkout") if s["with"] != {"persist-credentials": False}] == []


@pytest.mark.parametrize("job", JOBS)
def test_only_targets_of_the_makefile_are_made(job):
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)) | {".venv/.wheels"}
    scripts = "\n".join(step.get("run", "") for step in job.get("steps", []))
    made = re.findall(r"^\s*(?:sudo )?make ([a-z.][^\s=]*)(?=\s|$)", scripts, re.MULTILINE)
    assert sorted(set(made) - targets) == []


def test_tests_run_on_all_pythons():
    matrix = {
        name: job["strategy"]["matrix"] for name, job in workflow("tests.yml")["jobs"].items() if "strategy" in job
    }
    assert matrix["linux"]["python"] == [*PYTHONS, "3.14t"]
    assert matrix["macos"]["python"] == PYTHONS


def test_wheels_are_built_and_tried_for_all_pythons():
    job = workflow("wheels.yml")["jobs"]
    (setup,) = steps_of(job["build"], "actions/setup-python")
    assert sorted(setup["with"]["python-version"].split()) == PYTHONS
    (made,) = [step["run"] for step in job["build"]["steps"] if step.get("run", "").startswith("make wheel")]
    assert made == f'make wheel WHEEL_PYTHONS="{" ".join("python" + each for each in PYTHONS)}"'
    assert job["try"]["strategy"]["matrix"]["python"] == PYTHONS


def test_only_what_a_release_check_passed_is_published():
    release = workflow("release.yml")["jobs"]
    assert (release["publish"]["needs"], release["check"]["needs"]) == ("check", "wheels")
    (check,) = [step for step in release["check"]["steps"] if step.get("run") == "make release-check"]
    assert check["env"] == {"RELEASE_TAG": "${{ github.ref_name }}"}
    assert release["publish"]["environment"] == "pypi"
    (upload,) = steps_of(release["publish"], "pypa/gh-action-pypi-publish")
    assert upload["with"] == {"packages-dir": "dist/", "attestations": True}


# --- the classifiers ---


def test_classifiers_name_the_pythons_that_wheels_are_made_for():
    text = (ROOT / "tools" / "release_check.py").read_text()
    assert re.search(r"^PYTHONS = \((.+)\)$", text, re.MULTILINE)[1] == ", ".join(f'"{each}"' for each in PYTHONS)
    assert PROJECT["project"]["requires-python"] == f">={PYTHONS[0]}"


def test_classifiers_name_no_system_that_may_fail():
    """macOS is one when its job must pass."""
    systems = [c for c in PROJECT["project"]["classifiers"] if c.startswith("Operating System :: ")]
    may_fail = workflow("tests.yml")["jobs"]["macos"].get("continue-on-error")
    assert systems == ["Operating System :: POSIX :: Linux"] + ([] if may_fail else ["Operating System :: MacOS"])


# --- the linters, before a commit and in CI ---


def test_hooks_run_the_linters_of_ci():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local", "a repository of hooks has versions of its own"
    before_commit = [hook["entry"] for hook in repository["hooks"] if "stages" not in hook]
    linted = re.search(r"^make (.+) \|\| lint=\$\?$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert before_commit == [f"make {target}" for target in linted[1].split()]
    in_workflow = [step.get("run") for step in workflow("tests.yml")["jobs"]["lint"]["steps"]]
    assert [entry for entry in before_commit if entry not in in_workflow] == []


@pytest.mark.parametrize("group", ["lint", "workflows"])
def test_linters_are_pinned(group):
    stubs = re.compile(r"types-\w+")
    wanted = [each for each in PROJECT["dependency-groups"][group] if not stubs.fullmatch(each)]
    assert wanted and [each for each in wanted if "==" not in each] == []


def test_the_list_of_packages_holds_what_setup_installs():
    listed = (ROOT / "tools" / "apt-packages.txt").read_text().split()
    assert listed == sorted(listed)
    setup = (ROOT / "tools" / "setup.sh").read_text()
    installed = re.findall(r"missing\+=\(([\w-]+)\)", setup)
    for words in re.findall(r"can_apt[^\n]*\n?.*?apt_install ([a-z][a-z0-9 -]*)", setup):
        installed += words.split()
    assert len(installed) >= 6
    assert sorted(set(installed) - set(listed)) == []


def test_editors_and_ruff_agree_about_the_longest_line():
    text = (ROOT / ".editorconfig").read_text()
    assert f"max_line_length = {PROJECT['tool']['ruff']['line-length']}\n" in text
