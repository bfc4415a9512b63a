"""Makes a scenario that differs small: without each step and option that the difference does not need."""

import copy
import json


def _without(made, steps):
    return {**made, "steps": [step for step in made["steps"] if step["id"] not in steps]}


def _has_times(made):
    return any(step.get("via") == "timer" or step["do"] == "setTimeout" for step in made["steps"])


def _smaller(made):
    """Scenarios that are a little smaller than `made`, the smallest first."""
    ids = [step["id"] for step in made["steps"]]
    half = len(ids) // 2
    if half > 1:
        yield _without(made, ids[:half])
        yield _without(made, ids[half:])
    for size in (3, 2, 1):
        if size < len(ids):
            yield from (_without(made, ids[i : i + size]) for i in range(0, len(ids), size))
    for key in ("D", "deaf", "slow"):
        if key in made and not (key == "slow" and _has_times(made)):
            yield {name: value for name, value in made.items() if name != key}
    for owner in ("server", "C", "D"):
        for option in made.get(owner, {}):
            yield {**made, owner: {key: value for key, value in made[owner].items() if key != option}}
    for who, mode in made["reads"].items():
        if mode != "data":
            yield {**made, "reads": {**made["reads"], who: "data"}}
    if made["phases"] > 1:
        yield {**made, "phases": made["phases"] - 1}
    yield from _simpler_steps(made)


def _simpler_steps(made):
    for i, step in enumerate(made["steps"]):
        for key in ("via", "nth", "cb"):
            if key in step:
                changed = copy.deepcopy(made)
                del changed["steps"][i][key]
                yield changed
        if step["do"] in ("write", "end", "unshift") and step["args"] and step["args"] != [{"s": "a"}]:
            changed = copy.deepcopy(made)
            changed["steps"][i]["args"] = [{"s": "a"}]
            yield changed
        if step["do"] == "end" and step["args"]:
            changed = copy.deepcopy(made)
            changed["steps"][i]["args"] = []
            yield changed


def shrink(made, differing, rounds=60):
    """`differing(scenarios)` gives for each whether it differs; all candidates of a round run in one batch."""
    seen = {json.dumps(made)}
    for _ in range(rounds):
        candidates = []
        for candidate in _smaller(made):
            text = json.dumps(candidate)
            if text not in seen:
                seen.add(text)
                candidates.append(candidate)
        chosen = next((c for c, differs in zip(candidates, differing(candidates), strict=True) if differs), None)
        if chosen is None:
            break
        made = chosen
    return made
