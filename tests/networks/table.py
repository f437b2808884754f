"""What can be seen of a network without calling anybody: its slots, its table of limits, its rows of errors."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import pytest

from postroom.networks import quotas, registry, rules
from postroom.networks.shape import Format, Network
from postroom.networks.verdicts import Touch
from tests.networks.drafts import at_and_over, has_base, is_checkable
from tests.networks.samples import Samples

FILES = {"__init__", "limits", "words", "steps", "connect", "numbers", "talk", "errors"}
"""The furniture of a network's folder; more files (an OAuth key, a chunked upload) are welcome."""


class ShapeChecks:
    """The half of the conformance suite that needs no server."""

    samples: ClassVar[type[Samples]]

    @pytest.fixture
    def network(self) -> Network:
        return self.samples.network

    def test_the_registry_knows_it(self, network: Network):
        assert registry.get(network.name) is network
        assert re.fullmatch(r"[a-z][a-z0-9_]*", network.name)
        assert network.label
        assert re.fullmatch(r"#[0-9a-fA-F]{6}", network.colour)

    def test_every_ability_has_its_function_and_the_reverse(self, network: Network):
        connecting, what = network.connecting, {row.what for row in network.limits}
        for way in connecting.ways:
            assert (way.begin is None) == (way.finish is None), f"{way.name}: begin and finish go together"
            assert way.begin or way.direct, f"{way.name} leads nowhere"
            assert way.explains, f"{way.name}: say what will be asked and why"
        assert connecting.ways
        assert (connecting.refresh is not None) or not connecting.refresh_early
        assert (Format.POLL in network.formats) == ("poll.options.max" in what), "polls: format and limits go together"
        assert (Format.VIDEO in network.formats) <= ("video.types" in what)
        assert (Format.IMAGE in network.formats) <= ("image.types" in what)
        assert (Format.CAROUSEL in network.formats) <= bool({"images.max", "media.max"} & what)

    def test_the_steps_end_in_publishing_and_doubt_can_be_settled(self, network: Network):
        names = [step.name for step in network.steps]
        assert len(set(names)) == len(names)
        assert any(step.touch is Touch.PUBLISHES for step in network.steps)
        assert all(not step.keyed or step.touch is Touch.PUBLISHES for step in network.steps), "keyed is for publishes"
        if any(step.touch is Touch.PUBLISHES and not step.keyed for step in network.steps):
            assert network.find is not None, "a step that may double needs a find"

    def test_there_is_a_sample_for_every_format(self):
        samples = self.samples()
        drafts = [samples.draft(name) for name in samples.names]
        assert {draft.format for draft in drafts} == set(samples.formats or samples.network.formats)
        for name, draft in zip(samples.names, drafts, strict=True):
            problems = [problem for problem in rules.check(samples.network, draft, samples.learned) if problem.blocks]
            assert not problems, f"{name}: {problems}"
            assert samples.draft(name).key != draft.key, "samples are fresh each time"
            if draft.text:
                assert samples.draft(name).text != draft.text, "samples differ in their text"

    def test_limits_name_their_source_and_the_day_they_were_read(self, network: Network):
        for row in network.limits:
            assert row.what in rules.WHATS, row.what
            assert row.source.startswith(("http", "sandbox")), f"{row.what}: where does that stand?"
            assert row.checked is not None, f"{row.what}: when was it read?"
            is_quota = row.what in {"posts", "requests", "uploads"}
            assert bool(quotas.WINDOW.fullmatch(row.unit)) == is_quota, f"{row.what}: a quota's unit is 'per N s'"

    def test_a_draft_at_a_limit_passes_and_one_over_does_not(self):
        samples = self.samples()
        for row in samples.network.limits:
            if is_checkable(row) and has_base(samples, row):
                at, over = at_and_over(samples, row, samples.learned)
                codes = [problem.code for problem in rules.check(samples.network, at, samples.learned)]
                assert row.what not in codes, f"{row.what} at its limit of {row.amount}: {codes}"
                problems = {problem.code: problem for problem in rules.check(samples.network, over, samples.learned)}
                assert row.what in problems, f"{row.what} over its limit of {row.amount}: {list(problems)}"
                assert problems[row.what].blocks == row.hard

    def test_options_can_be_generated_from_their_rows(self, network: Network):
        for option in network.options:
            assert option.kind in {"choice", "text", "bool", "number"}
            assert (option.kind == "choice") == bool(option.choices)
            if option.kind == "choice":
                assert option.default in {None, *(value for value, _ in option.choices)}

    def test_error_rows_say_why_and_none_hides_another(self, network: Network):
        seen: list[tuple[object, ...]] = []
        for row in network.errors:
            assert row.why, row
            key = (row.status, row.code, row.phrase, row.touch)
            assert key != (None, None, None, None), "a row for everything hides the default table"
            assert key not in seen, f"{row} is never reached"
            seen.append(key)

    def test_its_folder_is_furnished_like_the_others(self, network: Network):
        module = import_module(next(way for way in [network.steps[0].run.__module__]).rsplit(".", 1)[0])
        folder = Path(str(module.__file__)).parent
        names = {path.stem for path in folder.glob("*.py")}
        assert {"__init__", "limits", "steps", "connect", "errors"} <= names, f"{folder} holds {names}"
        for path in folder.glob("*.py"):
            assert len(path.read_text().splitlines()) <= 200, f"{path.name} is over 200 lines"
