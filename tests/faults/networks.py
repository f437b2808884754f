"""The networks that faults are tried on, one set of samples each."""

import pytest

from tests.networks.bluesky.test_conformance import BlueskySamples
from tests.networks.mastodon.samples import MastodonSamples
from tests.networks.sandbox.worlds import MicroblogSamples, PageSamples

NETWORKS = [
    pytest.param(MicroblogSamples, id="sandbox, one call"),
    pytest.param(PageSamples, id="sandbox, container"),
    pytest.param(MastodonSamples, id="mastodon"),
    pytest.param(BlueskySamples, id="bluesky", marks=[pytest.mark.real_server, pytest.mark.xdist_group("pds")]),
]
